"""Break it as a folder of files, for any web server, a course page's frame or a USB stick: `make static`."""
