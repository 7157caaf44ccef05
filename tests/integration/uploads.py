"""Uploads FILE with python3-tuspy to URL over a line that may be cut; prints the upload's address.
Usage: uploads.py URL FILE TOKEN"""
import sys

from tusclient import client

url, path, token = sys.argv[1:4]
headers = {"Authorization": "Bearer " + token}
tus = client.TusClient(url, headers=headers)
address = None
uploader = None
for _ in range(60):
    try:
        uploader = tus.uploader(
            path,
            url=address,
            chunk_size=4 << 20,
            metadata={"filename": "太极拳 第一课.mp4", "filetype": "video/mp4", "title": "太极拳（Python）"},
            retries=3,
            retry_delay=0,
        )
        uploader.upload()
        print(uploader.url)
        sys.exit(0)
    except Exception as error:  # whatever a cut line looks like
        address = (uploader.url if uploader else None) or address
        print("# again:", type(error).__name__, file=sys.stderr)
sys.exit("it never ended")
