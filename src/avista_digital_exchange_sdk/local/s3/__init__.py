"""Objects behind presigned URLs, as AWS S3 serves them."""
