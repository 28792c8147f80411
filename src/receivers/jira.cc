// Jira, "Create issue": an issue for each message that says something new. Finding an issue again,
// and moving it on, takes more than one request: neither is done.
#include <algorithm>
#include <memory>

#include "receivers/chat.h"
#include "receivers/text/json_out.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

class Jira final : public Receiver {
 public:
  explicit Jira(FieldReader& entry) {
    entry.required_text("project", project_);
    entry.plain_text("project", project_);
    entry.required_text("issue_type", issue_type_);
    entry.plain_text("issue_type", issue_type_);
    entry.plain_text("priority", priority_);
    labels_ = read_comma_list(entry, "labels");
    const auto blank = [](const std::string& l) { return l.find(' ') != std::string::npos; };
    if (std::ranges::any_of(labels_, blank))
      entry.fault(*entry.find("labels"), "a label of Jira has no blank in it");
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto chat = chat_of(message, setting, plain_markup(), kDescription);
    auto labels = labels_;
    labels.push_back("alarum-" + incident_key(message).substr(0, 16));
    Json fields{{"project", {{"key", project_}}},
                {"issuetype", {{"name", issue_type_}}},
                {"summary", cut_units(chat.title, kSummary)},
                {"description", chat.text},
                {"labels", labels}};
    if (!priority_.empty()) fields["priority"] = {{"name", priority_}};
    return {dump(Json{{"fields", fields}}), {}};
  }

  // Version 3 of the API takes a document where version 2 takes text.
  void prepare(Attempt& attempt, const std::string& /*id*/, Time /*now*/) const override {
    attempt.url = without_slashes(std::move(attempt.url));
    if (attempt.url.ends_with("/rest/api/3")) {
      auto body = Json::parse(attempt.body, nullptr, false);
      auto& description = body["fields"]["description"];
      description = document_of(description.get<std::string>());
      attempt.body = dump(body);
    }
    attempt.url += "/issue";
  }

  Verdict judge_success(const Answer& answer) const override {
    const auto json = Json::parse(answer.body, nullptr, false);
    if (json.is_object() && json.contains("key"))
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return verdict_of_failure("an answer without the key of an issue");
  }

  bool takes_reminders() const override { return false; }
  std::string destination() const override { return project_ + '\n' + issue_type_; }

 private:
  static constexpr std::size_t kSummary = 255, kDescription = 32767;  // characters

  // Atlassian Document Format: a paragraph a line.
  static Json document_of(const std::string& text) {
    auto content = Json::array();
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      Json paragraph{{"type", "paragraph"}, {"content", Json::array()}};
      if (end > at)
        paragraph["content"].push_back({{"type", "text"}, {"text", text.substr(at, end - at)}});
      content.push_back(std::move(paragraph));
      at = end + 1;
    }
    return Json{{"type", "doc"}, {"version", 1}, {"content", content}};
  }

  std::string project_, issue_type_, priority_;
  std::vector<std::string> labels_;
};

void read_jira(FieldReader& entry, Integration& into) {
  entry.url("api_url", into.url);
  read_http(entry, into.http);
  entry.words(into.words);
  into.as = std::make_shared<const Jira>(entry);
  if (const auto* said = entry.find("send_resolved"); said && into.send_resolved)
    entry.out().warning(said->place,
                        "\"send_resolved\" has no effect: an issue is not closed here");
  into.send_resolved = false;
}

}  // namespace

ReceiverKind jira_kind() {
  return {"jira",
          {{"jira_configs", true}},
          {{"api_url", Form::url},
           {"project", Form::nullable},
           {"issue_type", Form::nullable},
           {"http_config", Form::transport, Type::mapping},
           {"priority", Form::nullable},
           {"labels", Form::nullable, Type::texts},
           {"title"},
           {"text"},
           {"language", Form::value, Type::language}},
          {"api_type", "summary", "description", "reopen_transition", "resolve_transition",
           "wont_fix_resolution", "reopen_duration", "fields", "custom_fields"},
          {{"jira_api_url", "api_url"}},
          read_jira,
          config::ReceiverKind::Import{false,
                                       {"api_url", "project", "issue_type"},
                                       false,
                                       {{"summary", "title"}, {"description", "text"}},
                                       "each notification that says something new is an issue; "
                                       "none is reopened or closed"}};
}

}  // namespace alarum::receivers
