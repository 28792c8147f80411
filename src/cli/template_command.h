#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

struct TemplateOptions {
  std::string config;    ///< file
  std::string receiver;  ///< empty: that of the route
  std::string alert;     ///< id of an alert of a running bridge; empty: a sample
  std::string url;       ///< of `--url`; empty: as ClientSettings says
};

/// `alarum template render`: what each integration of a receiver would be sent for an alert, firing
/// and resolved. Nothing is sent, and no address or secret is shown. Exit code 0, or 1 with what is
/// at fault on `err`.
int template_render(const TemplateOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
