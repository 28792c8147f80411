#include "model/identity.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string>

#include "base/hash.h"
#include "model/posted.h"

namespace alarum::model {
namespace {

Identity half_digest(std::initializer_list<std::string_view> pieces) {
  const auto digest = sha256_joined(pieces);
  Identity identity;
  std::memcpy(identity.data(), digest.data(), sizeof identity);
  return identity;
}

// Never 0, because 0 means that the content does not count.
std::uint64_t digest_of(std::string_view text) {
  return std::max<std::uint64_t>(half_digest({text})[0], 1);
}

std::string_view place_of(const Event& event) {
  for (const auto& [name, value] : event.extensions()) {
    if (name == kPlaceMark) return value;
  }
  return {};
}

// Covers the item and everything that the mapping took from elsewhere: a status may be in a header,
// so the raw item alone is not enough.
std::uint64_t content_of(const Event& event) {
  auto text =
      event.time() ? std::to_string(event.time()->time_since_epoch().count()) : std::string();
  for (const auto part : {event.type(), event.subject(), to_text(event.status()),
                          to_text(event.severity()), event.data()})
    (text += '\0') += part;
  return digest_of(text);
}

// The decoder's id is fingerprint, status and hash (ingest/push/alertmanager.cc). The fingerprint
// names the alert, the rest names the message.
std::size_t end_of_fingerprint(std::string_view id) {
  const auto hash = id.rfind('-');
  const auto status = hash == 0 || hash == std::string_view::npos ? hash : id.rfind('-', hash - 1);
  return status == std::string_view::npos ? 0 : status;
}

bool without_start(const Event& event) {
  return event.format() == Format::alertmanager &&
         event.data().find("\"startsAt\"") == std::string_view::npos;
}

}  // namespace

Identity identity_of(std::string_view source, std::string_view id) {
  return half_digest({source, std::string_view("\0", 1), id});
}

SeenAs seen_of(const Event& event, Time at) {
  SeenAs seen;
  if (is_posted(event)) return seen;
  const auto id = event.id();
  const auto end = without_start(event) ? end_of_fingerprint(id) : 0;
  if (end > 0) {
    seen.add({identity_of(event.source(), id.substr(0, end)), at, digest_of(id.substr(end))});
    return seen;
  }
  const bool json = event.format() == Format::json;
  seen.add({identity_of(event.source(), id), at, json ? content_of(event) : 0});
  if (const auto place = json ? place_of(event) : std::string_view(); !place.empty())
    seen.add({identity_of("place", place), at, 0});
  return seen;
}

}  // namespace alarum::model
