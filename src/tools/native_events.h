#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/push_ingest.h"
#include "ingest/cloudevents.h"

namespace alarum::tools {

/// A body as some sender posts it, to be read as the daemon would read it.
struct NativeBody {
  /// `cloudevents`, `ces`, `alertmanager`, `redfish`, `smn`, `sns`, `eventbridge`, `eventgrid`,
  /// `syslog`, `json/NAME`; empty: guess_format() of the text
  std::string format;
  std::string text;
  /// The mappings of the config, of `json/NAME`
  std::shared_ptr<const config::PushIngest> pushes = config::default_pushes();
  Time now;                        ///< its arrival
  std::string sender = "explain";  ///< of formats whose source is the sender
};

/// The names of all formats, as NativeBody::format takes them.
const std::vector<std::string>& native_formats();

/// What the text looks like: a name of native_formats(); empty: any JSON, which takes a mapping.
std::string guess_format(std::string_view text);

/// The events of the body. Signatures are not looked at. Errors: those of the decoders;
/// `unknown_format`; `unknown_source`: the config has no such mapping.
Result<std::vector<ingest::Decoded>> decode_native(const NativeBody& body);

}  // namespace alarum::tools
