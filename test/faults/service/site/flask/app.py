class Flask:
    def wsgi_app(self, environ, start_response):
        status = "200 OK" if environ["PATH_INFO"] == "/health" and self.chained else "404 Not Found"
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return []

    def __call__(self, environ, start_response):
        return self.wsgi_app(environ, start_response)
