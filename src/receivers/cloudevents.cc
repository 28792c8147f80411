// CloudEvents 1.0.2 over HTTP, structured or binary: one event a message, of type
// `alarum.alert.firing` or `.resolved`, whose data is the body of Alertmanager's webhook.
#include <fmt/format.h>

#include <memory>

#include "base/hash.h"
#include "receivers/kind.h"
#include "receivers/text/cloud_event.h"
#include "receivers/text/trace.h"
#include "receivers/text/version4.h"

namespace alarum::receivers {
namespace {

// The HTTP binding, 3.1.3.2: what is not printable ASCII, spaces, quotes and percent signs are
// percent-encoded.
std::string header_value(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = c > 0x20 && c < 0x7f && c != '"' && c != '%';
    out += plain ? std::string(1, c) : "%" + hex64(static_cast<unsigned char>(c)).substr(14);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '%') {
      for (auto j = i + 1; j < i + 3; ++j)
        out[j] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[j])));
    }
  }
  return out;
}

class CloudEvents final : public Receiver {
 public:
  explicit CloudEvents(FieldReader& entry) {
    binary_ = entry.choice("mode", {"structured", "binary"}).value_or(0) == 1;
    entry.text("source", source_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto source = source_.empty() ? setting.external_url : source_;
    if (!binary_) return structured_cloud_event(message, source, setting.external_url);
    std::string headers = "Content-Type: application/json\n";
    for (const auto& [name, value] : cloud_event_attributes(message, source))
      headers += "ce-" + name + ": " + header_value(value) + "\n";
    return {version4(message, setting.external_url), headers + trace_headers(message)};
  }

  void prepare(Attempt& attempt, const std::string& id, Time /*now*/) const override {
    continue_trace(attempt, id);
  }

 private:
  bool binary_ = false;
  std::string source_;  ///< empty: external_url
};

void read_cloudevents(FieldReader& entry, Integration& into) {
  entry.url("url", into.url);
  read_http(entry, into.http);
  into.as = std::make_shared<const CloudEvents>(entry);
}

}  // namespace

ReceiverKind cloudevents_kind() {
  return {
      "cloudevents",
      {{"cloudevents_configs"}},
      {{"url", Form::url}, {"http_config", Form::transport, Type::mapping}, {"mode"}, {"source"}},
      {},
      {},
      read_cloudevents};
}

}  // namespace alarum::receivers
