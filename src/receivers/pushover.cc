// Pushover Message API: a push message of 250 and 1024 characters. Token and user are added at the
// moment of an attempt. Success is `status` 1.
#include <memory>

#include "base/json.h"
#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Pushover final : public Receiver {
 public:
  explicit Pushover(FieldReader& entry) {
    entry.required_secret("user_key", user_key_);
    entry.required_secret("token", token_);
    entry.plain_text("device", device_);
    entry.plain_text("sound", sound_);
    if (const auto word =
            entry.choice("priority", {"lowest", "low", "normal", "high", "emergency"}))
      priority_ = static_cast<int>(*word) - 2;
    entry.duration("emergency_retry", retry_, 30s, 3h);
    entry.duration("emergency_expire", expire_, 30s, 3h);
    entry.duration("ttl", ttl_, 1s, 24h * 365);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto chat = chat_of(message, setting, plain_markup(), kMessage);
    const int priority = priority_of(chat.card);
    Json body{{"title", cut_units(chat.title, kTitle)},
              {"message", chat.text.empty() ? chat.title : chat.text},
              {"priority", priority}};
    if (priority == 2) body["retry"] = in_seconds(retry_), body["expire"] = in_seconds(expire_);
    if (priority != 2 && ttl_ > 0s) body["ttl"] = in_seconds(ttl_);
    if (!chat.card.link.empty() && chat.card.link.size() <= kUrl) body["url"] = chat.card.link;
    if (!device_.empty()) body["device"] = device_;
    if (!sound_.empty()) body["sound"] = sound_;
    return {dump(body), {}};
  }

  // Both are secrets: they are not in the outbox.
  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.body = "{\"token\":" + json_quote(token_.reveal()) +
                   ",\"user\":" + json_quote(user_key_.reveal()) + "," + attempt.body.substr(1);
  }

  Verdict judge_success(const Answer& answer) const override {
    const auto status = number_in(answer.body, "status");
    if (status == 1) return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return verdict_of_failure("a 200 without \"status\": 1");
  }

  std::vector<std::string> secrets() const override {
    return {user_key_.reveal(), token_.reveal()};
  }
  std::string destination() const override { return user_key_.reveal() + '\n' + device_; }

 private:
  static constexpr std::size_t kTitle = 250, kMessage = 1024, kUrl = 512;  // characters

  static long in_seconds(Duration duration) {
    return static_cast<long>(std::chrono::floor<std::chrono::seconds>(duration).count());
  }

  // An end wakes nobody.
  int priority_of(const Card& card) const {
    if (!card.firing) return std::min(priority_.value_or(0), 0);
    return priority_.value_or(card.worst >= model::Severity::major ? 1 : 0);
  }

  config::Secret user_key_, token_;
  std::string device_, sound_;
  std::optional<int> priority_;  ///< -2 to 2; nullopt: by severity
  Duration retry_ = 1min, expire_ = 1h, ttl_ = 0s;
};

void read_pushover(FieldReader& entry, Integration& into) {
  into.url = config::Secret("https://api.pushover.net/1/messages.json");
  if (entry.find("api_url") || entry.find("api_url_file")) entry.url("api_url", into.url);
  if (!entry.find("concurrency")) into.concurrency = 2;
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::make_shared<const Pushover>(entry);
}

}  // namespace

ReceiverKind pushover_kind() {
  return {"pushover",
          {{"pushover_configs", true}},
          {{"user_key", Form::secret},
           {"token", Form::secret},
           {"api_url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"device", Form::nullable},
           {"sound", Form::nullable},
           {"priority"},
           {"emergency_retry", Form::value, Type::duration},
           {"emergency_expire", Form::value, Type::duration},
           {"ttl", Form::nullable, Type::duration},
           {"title", Form::nullable},
           {"text"},
           {"language", Form::value, Type::language}},
          {"message", "url", "url_title", "expire", "html", "monospace"},
          {},
          read_pushover,
          config::ReceiverKind::Import{true,
                                       {"user_key", "token"},
                                       false,
                                       {{"title", "title"}, {"message", "text"}},
                                       "priority goes by severity here, where it was a template",
                                       {"priority"}}};
}

}  // namespace alarum::receivers
