"""Jobs: ingest, embedding and what follows, cut into parts that workers on any machines do; in process on SQLite.

`hallway ingest PATHS --queue` hands the files over and makes an `ingest` job. It leads to a `derive` job, that to one
`embed` job for each batch of texts, and the last of these to one `settle` job: themes, families, sheets, saved reports.
"""
