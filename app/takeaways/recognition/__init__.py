"""What an article names: talks, speakers, organisations and technologies, each with a score and how sure it is."""
