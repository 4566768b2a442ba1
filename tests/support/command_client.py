"""Runs a command in the process of command_server.py. Imports little, as it runs for each one."""

import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    request = ascii((os.getcwd(), dict(os.environ), sys.argv[2:])).encode()
    socket.send_fds(connection, [len(request).to_bytes(8, "big")], [0, 1, 2])
    connection.sendall(request)
    code = connection.recv(16)
sys.exit(int(code or b"1"))
