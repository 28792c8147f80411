#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "alert/route_tree.h"
#include "model/alert.h"

namespace alarum::cli {

struct RoutesOptions {
  std::string url;                  ///< of `--url`; empty: as ClientSettings says
  std::string config;               ///< a file in place of a daemon
  std::vector<std::string> labels;  ///< of `test`: `name=value`; a bare first word is the alertname
  std::vector<std::string> expect;  ///< of `test`: the receivers that it must reach, in order
  bool json = false;
};

/// `alarum routes show`: the tree. Exit code 0; 1 it cannot be read.
int routes_show_command(const RoutesOptions& options, std::ostream& out, std::ostream& err);
/// `alarum routes test LABEL=…`: which routes take an alert with these labels, and whom they
/// notify. Exit code 0; 1 it cannot be read, or others than `expect` are notified.
int routes_test_command(const RoutesOptions& options, std::ostream& out, std::ostream& err);

/// The tree with its branches drawn: a line a route, with its matchers, its receiver and its waits.
std::string routes_text(const alert::RouteTree& tree);

}  // namespace alarum::cli
