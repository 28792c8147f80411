// Microsoft Teams: an Adaptive Card 1.4 for a workflow's URL; at most 28 KB.
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

using namespace std::chrono_literals;

class Teams final : public Receiver {
 public:
  model::Content compose(const model::Message& message, const Setting& setting) const override {
    // A card's TextBlock needs an empty line to begin a new one.
    const Markup markup{escape_markdown, [](const std::string& text) { return "**" + text + "**"; },
                        [](const std::string& url) { return "[" + url + "](" + url + ")"; },
                        "\n\n"};
    const auto chat = chat_of(message, setting, markup, 18 * 1024);
    const auto colour = !chat.card.firing                           ? "Good"
                        : chat.card.worst >= model::Severity::major ? "Attention"
                                                                    : "Warning";
    const Json card{
        {"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
        {"type", "AdaptiveCard"},
        {"version", "1.4"},
        {"msteams", {{"width", "Full"}}},
        {"body", Json::array({Json{{"type", "TextBlock"},
                                   {"text", escape_markdown(chat.title)},
                                   {"weight", "Bolder"},
                                   {"size", "Medium"},
                                   {"color", colour},
                                   {"wrap", true}},
                              Json{{"type", "TextBlock"}, {"text", chat.text}, {"wrap", true}}})}};
    return {dump(Json{{"type", "message"},
                      {"attachments",
                       Json::array({Json{{"contentType", "application/vnd.microsoft.card.adaptive"},
                                         {"content", card}}})}}),
            {}};
  }

  // The retired connectors answered 200 with a text if they were asked too often. A workflow that
  // has accepted the message answers 202.
  Verdict judge_success(const Answer& answer) const override {
    if (answer.body.find("429") != std::string_view::npos &&
        answer.body.find("HTTP error") != std::string_view::npos)
      return {Verdict::Kind::retry, "429 in a 200", std::chrono::seconds(15), true};
    return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
  }
};

void read_teams(FieldReader& entry, Integration& into) {
  read_room(entry, into, "webhook_url", 4, 1s);
  into.as = std::make_shared<const Teams>();
}

}  // namespace

ReceiverKind teams_kind() {
  return {"teams",
          {{"teams_configs"}, {"msteamsv2_configs", true}},
          {{"url", Form::url},
           {"webhook_url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {"summary"},
          {},
          read_teams};
}

}  // namespace alarum::receivers
