"""The site and the API over HTTP. The only package that knows FastAPI and Starlette."""
