// Alertmanager's webhook, version "4" of the body ("webhook_config"), or a body of the receiver's
// own, signed by Standard Webhooks or as GitHub does.
#include <memory>

#include "base/template.h"
#include "config/payload.h"
#include "receivers/kind.h"
#include "receivers/signing.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"
#include "receivers/text/trace.h"
#include "receivers/text/version4.h"

namespace alarum::receivers {
namespace {

// Fills a tree of the config with the values of a message: strings are templates, everything else
// stays as it is.
class Tree {
 public:
  Tree(const model::Message& message, const CardStyle& style, std::uint64_t max_alerts)
      : message_(message), style_(style), max_alerts_(max_alerts) {}

  Json build(const Node& node, const Template::Lookup& lookup) const {
    if (node.is(Node::Kind::sequence)) {
      auto list = Json::array();
      for (const auto& item : node.items) list.push_back(build(item, lookup));
      return list;
    }
    if (node.is(Node::Kind::mapping)) return mapping(node, lookup);
    if (node.is(Node::Kind::string)) return render(node.text, lookup, escape_plain);
    auto scalar = Json::parse(node.text, nullptr, false);
    return scalar.is_discarded() ? Json(node.text) : scalar;
  }

 private:
  Json mapping(const Node& node, const Template::Lookup& lookup) const {
    if (node.members.size() == 1 && node.members.front().first.text == config::kEach)
      return each(node.members.front().second);
    auto object = Json::object();
    for (const auto& [key, value] : node.members) object[key.text] = build(value, lookup);
    return object;
  }

  Json each(const Node& node) const {
    auto list = Json::array();
    for (const auto& change : message_.changes) {
      if (max_alerts_ > 0 && list.size() == max_alerts_) break;
      list.push_back(build(node, alert_names(message_, change, style_)));
    }
    return list;
  }

  const model::Message& message_;
  const CardStyle& style_;
  const std::uint64_t max_alerts_;
};

bool is_base64(std::string_view text) {
  return !text.empty() && unbase64(text);
}

class Webhook final : public Receiver {
 public:
  explicit Webhook(FieldReader& entry) {
    entry.count("max_alerts", max_alerts_, 0, 1000000);
    read_signature(entry);
    const auto* payload = entry.find("payload");
    if (!payload) return;
    config::check_payload(*payload, entry.out());
    payload_ = std::make_unique<const Node>(*payload);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto trace = trace_headers(message);
    if (!payload_) return {version4(message, setting.external_url, max_alerts_), trace};
    const CardStyle style{setting.how.words.language, setting.external_url};
    return {dump(Tree(message, style, max_alerts_).build(*payload_, message_names(message, style))),
            trace};
  }

  void prepare(Attempt& attempt, const std::string& id, Time now) const override {
    continue_trace(attempt, id);
    if (signature_ == Signature::github) {
      attempt.headers.push_back("X-Hub-Signature-256: " +
                                github_signature(secret_.reveal(), attempt.body));
      attempt.headers.push_back("X-GitHub-Delivery: " + id);
    }
    if (signature_ != Signature::standard_webhooks) return;
    const auto timestamp = in_seconds(now);
    attempt.headers.push_back("Webhook-Timestamp: " + timestamp);
    attempt.headers.push_back("Webhook-Signature: " + standard_webhooks_signature(secret_.reveal(),
                                                                                  id, timestamp,
                                                                                  attempt.body));
  }

  std::vector<std::string> secrets() const override { return {secret_.reveal()}; }

 private:
  enum class Signature { none, standard_webhooks, github };

  void read_signature(FieldReader& entry) {
    const auto word = entry.choice("signature", {"none", "standard_webhooks", "github"});
    const auto* node = entry.find("signature");
    signature_ = static_cast<Signature>(word.value_or(0));
    entry.secret("secret", secret_);
    const bool there = entry.find("secret") || entry.find("secret_file");
    if (signature_ != Signature::none && !there)
      entry.fault(*node, "\"signature\" needs a \"secret\" (or \"secret_file\")");
    if (signature_ == Signature::none && there)
      entry.fault(entry.node(),
                  entry.where() +
                      " has a \"secret\" but no \"signature\": write standard_webhooks or github");
    if (signature_ != Signature::standard_webhooks || secret_.empty()) return;
    auto key = secret_.reveal();
    if (key.starts_with("whsec_")) key = key.substr(6);
    if (!is_base64(key))
      entry.fault(
          *node,
          "the secret of standard_webhooks must be base64, with or without whsec_ before it");
  }

  std::unique_ptr<const Node> payload_;  ///< the body as a tree with templates; null: version 4
  Signature signature_ = Signature::none;
  config::Secret secret_;  ///< of the signature: base64 behind `whsec_` for standard_webhooks
  std::uint64_t max_alerts_ = 0;  ///< in one body; 0: all
};

void read_webhook(FieldReader& entry, Integration& into) {
  entry.url("url", into.url);
  read_http(entry, into.http);
  into.as = std::make_shared<const Webhook>(entry);
  entry.language(into.words);
}

}  // namespace

ReceiverKind webhook_kind() {
  return {"webhook",
          {{"webhook_configs", true}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"max_alerts", Form::nullable, Type::number},
           {"payload", Form::value, Type::any},
           {"signature"},
           {"secret", Form::secret},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_webhook};
}

}  // namespace alarum::receivers
