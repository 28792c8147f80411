// ntfy, "Publish as JSON": a push message of at most 4096 bytes to a topic. A server that knows
// `sequence_id` replaces the message of a group by the next one.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Ntfy final : public Receiver {
 public:
  explicit Ntfy(FieldReader& entry) {
    entry.required_text("topic", topic_);
    if (const auto* node = entry.find("topic"); node && !is_topic(topic_) && !topic_.empty())
      entry.fault(*node, "\"topic\" has letters, digits, \"_\" and \"-\" in it, at most 64");
    entry.secret("token", token_);
    tags_ = read_comma_list(entry, "tags");
    if (entry.find("priority")) entry.count("priority", priority_, 1, 5);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto chat = chat_of(message, setting, plain_markup(), kMessage);
    Json body{{"topic", topic_},
              {"title", chat.title},
              {"message", chat.text},
              {"priority", priority_ > 0 ? priority_ : priority_of(chat.card)},
              {"sequence_id", incident_key(message)}};
    auto tags = tags_;
    tags.insert(tags.begin(), chat.card.firing ? "rotating_light" : "white_check_mark");
    body["tags"] = tags;
    if (!chat.card.link.empty()) body["click"] = chat.card.link;
    return {dump(body), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    if (!token_.empty()) attempt.headers.push_back("Authorization: Bearer " + token_.reveal());
  }

  std::vector<std::string> secrets() const override { return {token_.reveal()}; }
  std::string destination() const override { return topic_; }

 private:
  static constexpr std::size_t kMessage = 4096;  // bytes; what is longer becomes an attachment

  static bool is_topic(const std::string& topic) {
    return topic.size() <= 64 && std::ranges::all_of(topic, [](unsigned char c) {
             return std::isalnum(c) != 0 || c == '_' || c == '-';
           });
  }

  static std::uint64_t priority_of(const Card& card) {
    if (!card.firing) return 3;
    return card.worst == model::Severity::critical ? 5
           : card.worst >= model::Severity::major  ? 4
                                                   : 3;
  }

  std::string topic_;
  config::Secret token_;  ///< empty: none
  std::vector<std::string> tags_;
  std::uint64_t priority_ = 0;  ///< 0: by severity
};

void read_ntfy(FieldReader& entry, Integration& into) {
  into.url = config::Secret("https://ntfy.sh");
  if (entry.find("url") || entry.find("url_file")) entry.url("url", into.url);
  read_room_limits(entry, into, 12, 1min);
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::make_shared<const Ntfy>(entry);
  if (entry.find("token") || entry.find("token_file")) into.http.authorization = {};
}

}  // namespace

ReceiverKind ntfy_kind() {
  return {"ntfy",
          {{"ntfy_configs"}},
          {{"topic"},
           {"url", Form::url},
           {"token", Form::secret},
           {"http_config", Form::transport, Type::mapping},
           {"priority", Form::value, Type::number},
           {"tags", Form::value, Type::texts},
           {"title"},
           {"text"},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_ntfy};
}

}  // namespace alarum::receivers
