#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace alarum::bench {

/// What the command line says (main.cc "usage").
struct Options {
  std::uint16_t port = 0;  ///< where requests or lines go, on 127.0.0.1
  std::uint16_t sink = 0;  ///< `hooks`: where webhooks come in
  std::string path = "/v1/events";
  std::string type = "application/cloudevents+json";
  std::string file;       ///< one event a line
  std::size_t skip = 0;   ///< lines at its beginning
  std::size_t count = 0;  ///< events to send; 0: all that the file has
  std::size_t batch = 1;  ///< events of a request: a JSON array where more than one
  std::size_t connections = 1;
  std::size_t threads = 1;
  bool lines = false;  ///< `hooks`: lines over TCP in place of requests
  bool wrap = false;   ///< `post`: begin again at the file's end
  unsigned pass = 0;   ///< not 0: written over the first 8 characters of every id
};

}  // namespace alarum::bench
