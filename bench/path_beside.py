"""What path_bench.py measures Alarum beside: nginx, syslog-ng and Alertmanager of Debian."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time


class Missing(Exception):
    """What the row is measured beside is not installed."""


def program(name, package):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        raise Missing(f"{name} missing: apt-get install {package}")
    return path


held = []  # as free_port() of tests/support/harness.py, and for its reason


def free_port():
    """A port that the system gives to nobody else while this runs; who asks for it gets it."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", 0))
    held.append(one)
    return one.getsockname()[1]


@contextlib.contextmanager
def running(command, port, log, env=None):
    """A program that listens, until it is no longer needed."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=env)
    end = time.monotonic() + 180
    try:
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{command[0]} did not start:\n{pathlib.Path(log).read_text()}")
            time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


NGINX = """daemon off;
{user}
worker_processes auto;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{{"accepted":1}}'; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(folder):
    path, port = program("nginx", "nginx-light"), free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    conf = pathlib.Path(folder, "nginx.conf")
    conf.write_text(NGINX.format(folder=folder, port=port, user=user))
    with running([path, "-c", str(conf), "-p", folder], port, f"{folder}/out") as process:
        yield port, process


SYSLOG = """@version: 3.38
options {{ stats-freq(0); threaded(yes); }};
source lines {{
  network(ip("127.0.0.1") port({port}) transport("tcp") flags(no-parse) log-iw-size(10000));
}};
destination hook {{
  http(url("http://127.0.0.1:{sink}/") method("POST") body("${{MSG}}") workers(4)
       headers("Content-Type: application/json") log-fifo-size(20000) persist-name("hook")
       disk-buffer(reliable(yes) disk-buf-size(1073741824) mem-buf-size(67108864)
                   dir("{folder}")));
}};
log {{ source(lines); destination(hook); flags(flow-control); }};
"""


SYSLOG_MISSING = "syslog-ng missing: see --syslog-ng"


@contextlib.contextmanager
def syslog_ng(folder, sink, unpacked=None):
    """`unpacked`: a folder that Debian's packages were unpacked into; to install them would take
    rsyslog away."""
    top, port = pathlib.Path(unpacked or "/"), free_port()
    path, libraries = top / "usr/sbin/syslog-ng", top / "usr/lib/syslog-ng"
    modules = [found.parent for found in libraries.glob("*/libhttp.so")]
    if not path.exists() or not modules:
        raise Missing(SYSLOG_MISSING)
    conf = pathlib.Path(folder, "syslog-ng.conf")
    conf.write_text(SYSLOG.format(folder=folder, port=port, sink=sink))
    command = [path, "-F", "--no-caps", "-f", str(conf), "-R", f"{folder}/persist",
               "-p", f"{folder}/pid", "-c", f"{folder}/ctl", "--module-path", str(modules[0])]
    env = os.environ | {"LD_LIBRARY_PATH": str(libraries)}
    with running(command, port, f"{folder}/out", env) as process:
        yield port, process


@contextlib.contextmanager
def alertmanager(folder):
    path, port = program("prometheus-alertmanager", "prometheus-alertmanager"), free_port()
    conf = pathlib.Path(folder, "am.yml")
    conf.write_text("route: {receiver: n, group_by: [alertname]}\nreceivers: [{name: n}]\n")
    command = [path, f"--config.file={conf}", f"--storage.path={folder}/data",
               f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with running(command, port, f"{folder}/out") as process:
        yield port, process
