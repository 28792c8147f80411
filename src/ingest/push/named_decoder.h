#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/handler.h"
#include "ingest/cloudevents.h"
#include "ingest/push/object.h"

namespace alarum::ingest {

/// The decoder of one sender, which posts to `/ingest/NAME`. Each is a file of this folder,
/// NAME.cc, with NAME_decoder(); ALARUM_DECODERS in src/CMakeLists.txt lists them.
struct NamedDecoder {
  /// As Push::Decode: pure, any thread; the outer error is of the body as a whole.
  using Decode = Result<std::vector<Decoded>> (*)(const http::Request& request,
                                                  std::string_view body, Time now);

  std::string_view name;
  Decode decode = nullptr;
  model::Format format = model::Format::json;  ///< of its events, in metrics and for rules
};

/// All of them, in the order of the list.
const std::vector<NamedDecoder>& named_decoders();

/// The text of a member that a sender always gives: a string, number or boolean. Error
/// `missing_member`, which names `path`: it is not there, is empty, or is no scalar.
Result<std::string_view> required_member(const Object& object, std::string_view name,
                                         std::string_view path);
/// The status that one of two words says. Error `bad_member`, which names `path` and both words.
Result<model::Status> status_of_words(std::string_view word, std::string_view path,
                                      std::string_view firing, std::string_view resolved);

}  // namespace alarum::ingest
