"""One file per import format; `registry` lists them. Parsers yield records and problems, and touch no database."""
