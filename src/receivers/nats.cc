// NATS: a structured CloudEvent a message (NATS Protocol Binding 1.0.2 section 3), published to one
// subject of core NATS or of a stream of JetStream (deliver/nats_publisher.h).
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "config/secrets.h"
#include "receivers/kind.h"
#include "receivers/text/cloud_event.h"
#include "receivers/text/trace.h"

namespace alarum::receivers {
namespace {

class Nats final : public Receiver {
 public:
  explicit Nats(FieldReader& entry) {
    entry.required_text("subject", publishing_.subject);
    if (const auto* node = entry.find("subject"); node && !is_subject(publishing_.subject))
      entry.fault(*node,
                  fmt::format("{} is no subject to publish to: write words with points between "
                              "them, such as alarum.alerts, without * and >",
                              describe(*node)));
    entry.flag("jetstream", publishing_.jetstream);
    entry.text("source", source_);
    entry.text("username", publishing_.username);
    entry.secret("password", publishing_.password);
    entry.secret("token", publishing_.token);
    entry.text("credentials_file", publishing_.credentials_file);
    if (const auto* node = entry.find("credentials_file"); !publishing_.credentials_file.empty()) {
      publishing_.credentials_file = config::beside(node->place.file, publishing_.credentials_file);
    }
    if (publishing_.username.empty() != publishing_.password.empty())
      entry.fault(entry.node(), "\"username\" and \"password\" (or \"password_file\") go together");
    const int ways = !publishing_.username.empty() + !publishing_.token.empty() +
                     !publishing_.credentials_file.empty();
    if (ways > 1)
      entry.fault(entry.node(), entry.where() + " has one of username, token and credentials_file");
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    return structured_cloud_event(message, source_.empty() ? setting.external_url : source_,
                                  setting.external_url);
  }

  void prepare(Attempt& attempt, const std::string& id, Time /*now*/) const override {
    continue_trace(attempt, id);
    // By which a stream knows a message that is published again, within its duplicate_window.
    attempt.headers.push_back("Nats-Msg-Id: " + id);
  }

  std::vector<std::string> secrets() const override {
    return {publishing_.password.reveal(), publishing_.token.reveal()};
  }
  std::string destination() const override { return publishing_.subject; }
  const Publishing* publishing() const override { return &publishing_; }

 private:
  static bool is_subject(const std::string& text) {
    const auto plain = [](unsigned char c) {
      return c > 0x20 && c != 0x7F && c != '*' && c != '>';
    };
    return !text.empty() && std::ranges::all_of(text, plain) && text.front() != '.' &&
           text.back() != '.' && text.find("..") == std::string::npos;
  }

  Publishing publishing_;
  std::string source_;  ///< empty: external_url
};

void read_nats(FieldReader& entry, Integration& into) {
  entry.url("url", into.url, {"nats://", "tls://"});
  read_mail_tls(entry, into.http.tls);
  into.as = std::make_shared<const Nats>(entry);
  // One connection publishes one message after the other.
  if (!entry.find("concurrency")) into.concurrency = 16;
}

}  // namespace

ReceiverKind nats_kind() {
  return {"nats",
          {{"nats_configs"}},
          {{"url", Form::nats_url},
           {"subject"},
           {"jetstream", Form::value, Type::flag},
           {"source"},
           {"username"},
           {"password", Form::secret},
           {"token", Form::secret},
           {"credentials_file", Form::transport},
           {"tls_config", Form::transport, Type::mapping}},
          {},
          {},
          read_nats};
}

}  // namespace alarum::receivers
