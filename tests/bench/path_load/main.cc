#include <CLI/CLI.hpp>

#include "tests/bench/path_load/alone.h"
#include "tests/bench/path_load/hooks.h"
#include "tests/bench/path_load/post.h"

int main(int argc, char** argv) {
  using namespace alarum::bench;
  Options options;
  CLI::App app("The load, the sinks and the measures that bench/path_bench.py runs.");
  app.require_subcommand(1);
  int (*run)(const Options&) = nullptr;
  const auto command = [&](const char* name, const char* what, int (*function)(const Options&)) {
    auto* added = app.add_subcommand(name, what);
    added->callback([&run, function] { run = function; });
    added->add_option("--file", options.file, "one event a line; `sync`: a folder");
    added->add_option("--count", options.count, "how many; 0: all");
    return added;
  };
  command("parse", "simdjson's DOM parser over the events", parse);
  command("sync", "4 KiB appended and fdatasync, so many times", sync);
  command("ids", "the daemon's set of known identities", ids);
  auto* posted = command("post", "requests: a connection's next when its last is answered", post);
  auto* told = command("hooks", "events and their webhooks; phases on standard input", hooks);
  for (auto* one : {posted, told}) {
    one->add_option("--port", options.port, "where they go, on 127.0.0.1")->required();
    one->add_option("--path", options.path, "of the requests");
    one->add_option("--type", options.type, "Content-Type of the requests");
    one->add_option("--skip", options.skip, "lines at the beginning of the file");
    one->add_option("--batch", options.batch, "events of a request")->check(CLI::PositiveNumber);
    one->add_option("--connections", options.connections)->check(CLI::PositiveNumber);
    one->add_option("--pass", options.pass, "written over the first 8 characters of every id");
  }
  posted->add_option("--threads", options.threads)->check(CLI::PositiveNumber);
  posted->add_flag("--wrap", options.wrap, "begin again at the file's end");
  told->add_option("--sink", options.sink, "port for the webhooks")->required();
  told->add_flag("--lines", options.lines, "lines over TCP in place of requests");
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
