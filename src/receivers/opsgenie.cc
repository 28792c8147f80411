// Opsgenie Alert API, and Jira Service Management behind the same one: one alert a group, by its
// alias. A repeat counts on it, an end closes it. The frozen request of what is done to an alert
// that is there names the alias; the URL is made of it at the moment of an attempt.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

class Opsgenie final : public Receiver {
 public:
  explicit Opsgenie(FieldReader& entry) {
    entry.required_secret("api_key", api_key_);
    entry.plain_text("source", source_);
    entry.plain_text("entity", entity_);
    if (const auto word = entry.choice("priority", {"P1", "P2", "P3", "P4", "P5"}))
      priority_ = fmt::format("P{}", *word + 1);
    tags_ = read_comma_list(entry, "tags");
    const bool good = tags_.size() <= kTags &&
                      std::ranges::all_of(tags_, [](const auto& t) { return t.size() <= kTag; });
    if (!good)
      entry.fault(*entry.find("tags"), "\"tags\" must be at most 20, each of at most 50 bytes");
    read_responders(entry);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto chat = chat_of(message, setting, plain_markup(), kDescription);
    const auto alias = "alarum-" + incident_key(message);
    const bool acknowledged = std::ranges::all_of(message.changes, [](const auto& change) {
      return change.kind == model::Change::Kind::acknowledged;
    });
    if (!chat.card.firing) return step(alias, "close", chat);
    if (acknowledged) return step(alias, "acknowledge", chat);
    Json alert{{"message", cut_units(chat.title, kMessage)},
               {"alias", alias},
               {"description", chat.text},
               {"details", details_of(message, setting)},
               {"source", source()},
               {"entity", cut_units(entity_.empty() ? place_of(message) : entity_, kEntity)},
               {"priority", priority_.empty() ? priority_of(chat.card.worst) : priority_}};
    if (!tags_.empty()) alert["tags"] = tags_;
    if (!responders_.empty()) alert["responders"] = responders_;
    return {dump(alert), {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.url = without_slashes(std::move(attempt.url)) + "/v2/alerts";
    attempt.headers.push_back("Authorization: GenieKey " + api_key_.reveal());
    const auto frozen = Json::parse(attempt.body, nullptr, false);
    if (!frozen.is_object() || !frozen.contains("step")) return;
    attempt.url += fmt::format("/{}/{}?identifierType=alias", frozen.value("alias", ""),
                               frozen.value("step", ""));
    attempt.body = dump(frozen.value("body", Json::object()));
  }

  std::vector<std::string> secrets() const override { return {api_key_.reveal()}; }
  std::string destination() const override { return api_key_.reveal(); }

 private:
  // In characters, as its documentation of "Create Alert" has them.
  static constexpr std::size_t kMessage = 130, kDescription = 15000, kEntity = 512, kSource = 100,
                               kNote = 25000, kAllDetails = 8000, kTag = 50, kTags = 20;

  static std::string priority_of(model::Severity severity) {
    constexpr std::array kWords{"P3", "P5", "P4", "P3", "P2", "P1"};
    return kWords.at(static_cast<std::size_t>(severity));
  }

  std::string source() const { return cut_units(source_.empty() ? "Alarum" : source_, kSource); }

  model::Content step(const std::string& alias, const char* name, const Chat& chat) const {
    const auto note = cut_units(chat.title + '\n' + chat.text, kNote);
    return {dump(Json{{"step", name},
                      {"alias", alias},
                      {"body", {{"user", "Alarum"}, {"source", source()}, {"note", note}}}}),
            {}};
  }

  static Json details_of(const model::Message& message, const Setting& setting) {
    auto details = Json::object();
    std::size_t size = 0;
    const auto add = [&](const std::string& name, const std::string& value) {
      size += name.size() + value.size();
      if (size <= kAllDetails) details[name] = value;
    };
    if (!setting.external_url.empty()) add("alarum", setting.external_url);
    for (const auto& [name, value] : common_labels(message)) add(name, value);
    return details;
  }

  void read_responders(FieldReader& entry) {
    const auto* list = entry.find("responders");
    if (!list) return;
    if (!list->is(Node::Kind::sequence))
      return entry.fault(*list, "\"responders\" must be a list of mappings");
    for (const auto& item : list->items) read_responder(entry, item);
  }

  void read_responder(FieldReader& entry, const Node& node) {
    if (!node.is(Node::Kind::mapping))
      return entry.fault(node, "\"responders\" must be a list of mappings");
    FieldReader reader(node, "a responder", entry.out());
    check_keys(node, {{"id", "name", "username", "type"}, {}}, "a responder", entry.out());
    const auto type = reader.choice("type", {"team", "user", "escalation", "schedule"});
    const char* key = node.find("id") ? "id" : node.find("name") ? "name" : "username";
    std::string who;
    reader.plain_text(key, who);
    if (who.empty() || !node.find("type"))
      entry.fault(node, "a responder needs a \"type\" and one of \"id\", \"name\", \"username\"");
    else if (type)
      responders_.push_back(Json{{key, who}, {"type", node.find("type")->text}});
  }

  config::Secret api_key_;
  std::string source_, entity_, priority_;  ///< empty: ours, the place, by severity
  std::vector<std::string> tags_;
  std::vector<Json> responders_;
};

void read_opsgenie(FieldReader& entry, Integration& into) {
  into.as = std::make_shared<const Opsgenie>(entry);
  into.url = config::Secret("https://api.opsgenie.com");
  if (entry.find("api_url") || entry.find("api_url_file")) entry.url("api_url", into.url);
  read_http(entry, into.http);
  into.http.authorization = {};  // the key is the one that is sent
  entry.words(into.words);
  read_confirmed_ends(entry, into);
}

}  // namespace

ReceiverKind opsgenie_kind() {
  return {"opsgenie",
          {{"opsgenie_configs", true}},
          {{"api_key", Form::secret},
           {"api_url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"source", Form::nullable},
           {"entity", Form::nullable},
           {"priority", Form::nullable},
           {"tags", Form::nullable, Type::texts},
           {"responders", Form::nullable, Type::list},
           {"title"},
           {"text"},
           {"language", Form::value, Type::language}},
          {"message", "description", "details", "note", "actions", "update_alerts"},
          {{"opsgenie_api_key", "api_key"},
           {"opsgenie_api_key_file", "api_key_file"},
           {"opsgenie_api_url", "api_url"}},
          read_opsgenie,
          config::ReceiverKind::Import{
              true, {"api_key"}, true, {{"message", "title"}, {"description", "text"}}}};
}

}  // namespace alarum::receivers
