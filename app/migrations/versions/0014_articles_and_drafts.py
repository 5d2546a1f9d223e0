"""Articles as read, drafts of takeaways, decisions about them, links between claims

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table('articleclaim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('block', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('sentence', sa.String(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('low', sa.Float(), nullable=False),
    sa.Column('high', sa.Float(), nullable=False),
    sa.Column('qualifier', sa.String(), nullable=True),
    sa.Column('unit', sa.String(), nullable=True),
    sa.Column('claim', sa.JSON(), nullable=True),
    sa.Column('recipe', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_articleclaim_article_id'), 'articleclaim', ['article_id'], unique=False)
    op.create_table('articletext',
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=True),
    sa.Column('edition_basis', sa.String(), nullable=True),
    sa.Column('format', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('blocks', sa.JSON(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('read_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], ),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], ),
    sa.PrimaryKeyConstraint('article_id')
    )
    op.create_index(op.f('ix_articletext_edition_id'), 'articletext', ['edition_id'], unique=False)
    op.create_index(op.f('ix_articletext_source_id'), 'articletext', ['source_id'], unique=False)
    op.create_table('articlemention',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=True),
    sa.Column('speaker_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('technology_id', sa.Integer(), nullable=True),
    sa.Column('block', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('certainty', sa.String(), nullable=False),
    sa.Column('runner_up', sa.JSON(), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('recipe', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['speaker_id'], ['speaker.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talk_id'], ['talk.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['technology_id'], ['technology.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_articlemention_article_id'), 'articlemention', ['article_id'], unique=False)
    op.create_index(op.f('ix_articlemention_organisation_id'), 'articlemention', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_articlemention_speaker_id'), 'articlemention', ['speaker_id'], unique=False)
    op.create_index(op.f('ix_articlemention_talk_id'), 'articlemention', ['talk_id'], unique=False)
    op.create_index(op.f('ix_articlemention_technology_id'), 'articlemention', ['technology_id'], unique=False)
    op.create_table('draftreading',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('talk_id', sa.Integer(), nullable=True),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('stamp', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talk_id'], ['talk.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('article_id'),
    sa.UniqueConstraint('talk_id')
    )
    op.create_table('takeawaydraft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('talk_id', sa.Integer(), nullable=True),
    sa.Column('edition_id', sa.Integer(), nullable=True),
    sa.Column('speaker_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('stance', sa.String(), nullable=False),
    sa.Column('conditions', sa.String(), nullable=True),
    sa.Column('said_by', sa.String(), nullable=True),
    sa.Column('said_as', sa.String(), nullable=False),
    sa.Column('affiliation', sa.String(), nullable=True),
    sa.Column('technologies', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('recipe', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['speaker_id'], ['speaker.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['talk_id'], ['talk.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index(op.f('ix_takeawaydraft_article_id'), 'takeawaydraft', ['article_id'], unique=False)
    op.create_index(op.f('ix_takeawaydraft_content_hash'), 'takeawaydraft', ['content_hash'], unique=False)
    op.create_index(op.f('ix_takeawaydraft_edition_id'), 'takeawaydraft', ['edition_id'], unique=False)
    op.create_index(op.f('ix_takeawaydraft_origin'), 'takeawaydraft', ['origin'], unique=False)
    op.create_index(op.f('ix_takeawaydraft_speaker_id'), 'takeawaydraft', ['speaker_id'], unique=False)
    op.create_index(op.f('ix_takeawaydraft_talk_id'), 'takeawaydraft', ['talk_id'], unique=False)
    op.create_table('claimlink',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('earlier_id', sa.Integer(), nullable=False),
    sa.Column('later_id', sa.Integer(), nullable=False),
    sa.Column('relation', sa.String(), nullable=False),
    sa.Column('reviewer', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=False),
    sa.Column('via', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['earlier_id'], ['takeaway.id'], ),
    sa.ForeignKeyConstraint(['later_id'], ['takeaway.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_claimlink_earlier_id'), 'claimlink', ['earlier_id'], unique=False)
    op.create_index(op.f('ix_claimlink_later_id'), 'claimlink', ['later_id'], unique=False)
    op.create_index(op.f('ix_claimlink_reviewer'), 'claimlink', ['reviewer'], unique=False)
    op.create_table('claimproposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('earlier_id', sa.Integer(), nullable=False),
    sa.Column('later_id', sa.Integer(), nullable=False),
    sa.Column('relation', sa.String(), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('recipe', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['earlier_id'], ['takeaway.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['later_id'], ['takeaway.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_claimproposal_earlier_id'), 'claimproposal', ['earlier_id'], unique=False)
    op.create_index(op.f('ix_claimproposal_later_id'), 'claimproposal', ['later_id'], unique=False)
    op.create_table('takeawaydecision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_key', sa.String(), nullable=True),
    sa.Column('takeaway_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('draft', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('reviewer', sa.String(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=False),
    sa.Column('via', sa.String(), nullable=False),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['takeaway_id'], ['takeaway.id'], ),
    sa.ForeignKeyConstraint(['undoes_id'], ['takeawaydecision.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_takeawaydecision_draft_key'), 'takeawaydecision', ['draft_key'], unique=False)
    op.create_index(op.f('ix_takeawaydecision_reviewer'), 'takeawaydecision', ['reviewer'], unique=False)
    op.create_index(op.f('ix_takeawaydecision_takeaway_id'), 'takeawaydecision', ['takeaway_id'], unique=False)
    op.create_index(op.f('ix_takeawaydecision_undoes_id'), 'takeawaydecision', ['undoes_id'], unique=False)


def downgrade() -> None:
    """Take back."""

    op.drop_index(op.f('ix_takeawaydecision_undoes_id'), table_name='takeawaydecision')
    op.drop_index(op.f('ix_takeawaydecision_takeaway_id'), table_name='takeawaydecision')
    op.drop_index(op.f('ix_takeawaydecision_reviewer'), table_name='takeawaydecision')
    op.drop_index(op.f('ix_takeawaydecision_draft_key'), table_name='takeawaydecision')
    op.drop_table('takeawaydecision')
    op.drop_index(op.f('ix_claimproposal_later_id'), table_name='claimproposal')
    op.drop_index(op.f('ix_claimproposal_earlier_id'), table_name='claimproposal')
    op.drop_table('claimproposal')
    op.drop_index(op.f('ix_claimlink_reviewer'), table_name='claimlink')
    op.drop_index(op.f('ix_claimlink_later_id'), table_name='claimlink')
    op.drop_index(op.f('ix_claimlink_earlier_id'), table_name='claimlink')
    op.drop_table('claimlink')
    op.drop_index(op.f('ix_takeawaydraft_talk_id'), table_name='takeawaydraft')
    op.drop_index(op.f('ix_takeawaydraft_speaker_id'), table_name='takeawaydraft')
    op.drop_index(op.f('ix_takeawaydraft_origin'), table_name='takeawaydraft')
    op.drop_index(op.f('ix_takeawaydraft_edition_id'), table_name='takeawaydraft')
    op.drop_index(op.f('ix_takeawaydraft_content_hash'), table_name='takeawaydraft')
    op.drop_index(op.f('ix_takeawaydraft_article_id'), table_name='takeawaydraft')
    op.drop_table('takeawaydraft')
    op.drop_table('draftreading')
    op.drop_index(op.f('ix_articlemention_technology_id'), table_name='articlemention')
    op.drop_index(op.f('ix_articlemention_talk_id'), table_name='articlemention')
    op.drop_index(op.f('ix_articlemention_speaker_id'), table_name='articlemention')
    op.drop_index(op.f('ix_articlemention_organisation_id'), table_name='articlemention')
    op.drop_index(op.f('ix_articlemention_article_id'), table_name='articlemention')
    op.drop_table('articlemention')
    op.drop_index(op.f('ix_articletext_source_id'), table_name='articletext')
    op.drop_index(op.f('ix_articletext_edition_id'), table_name='articletext')
    op.drop_table('articletext')
    op.drop_index(op.f('ix_articleclaim_article_id'), table_name='articleclaim')
    op.drop_table('articleclaim')
