#include "alert/codec.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "alert/json_writer.h"
#include "alert/written.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/json.h"

namespace alarum::alert {
namespace {

// Only for reading. An ordered object would be a list that is searched for each member.
using Json = nlohmann::json;

Time from_micros(const Json& value) {
  return Time(Duration(value.get<std::int64_t>()));
}

std::optional<Time> parse_optional(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(from_micros(value));
}

void write(JsonWriter& out, const model::Acknowledgement& ack) {
  out.raw(R"(,"acknowledged":{"by":)"), out.text(ack.by);
  out.raw(R"(,"comment":)"), out.text(ack.comment);
  out.raw(R"(,"at":)"), out.number(micros(ack.at));
  if (ack.until) out.raw(R"(,"until":)"), out.number(micros(*ack.until));
  out.raw("}");
}

void write(JsonWriter& out, const model::Alert& a) {
  out.raw(R"({"id":)"), out.text(a.id);
  out.raw(R"(,"fingerprint":)"), out.text(hex64(model::fingerprint(a.labels)));
  out.raw(R"(,"rule":)"), out.text(a.rule);
  out.raw(R"(,"key":)"), out.text(a.key);
  out.raw(R"(,"labels":)"), out.labels(a.labels);
  out.raw(R"(,"annotations":)"), out.labels(a.annotations);
  out.raw(R"(,"severity":)"), out.number(static_cast<int>(a.severity));
  out.raw(R"(,"state":)"), out.number(static_cast<int>(a.state));
  out.raw(R"(,"reason":)"), out.number(static_cast<int>(a.reason));
  out.raw(a.late ? R"(,"late":true)" : R"(,"late":false)");
  out.raw(R"(,"count":)"), out.number(a.count);
  out.raw(R"(,"starts_at":)"), out.number(micros(a.starts_at));
  out.raw(R"(,"last_seen":)"), out.number(micros(a.last_seen));
  out.raw(R"(,"ends_at":)");
  if (a.ends_at)
    out.number(micros(*a.ends_at));
  else
    out.raw("null");
  out.raw(R"(,"changed_at":)"), out.number(micros(a.changed_at));
  out.raw(R"(,"opened_by":)"), out.number(a.opened_by);
  out.raw(R"(,"changed_by":)"), out.number(a.changed_by);
  if (!a.generator_url.empty()) out.raw(R"(,"generator_url":)"), out.text(a.generator_url);
  if (!a.inhibited_by.empty()) out.raw(R"(,"inhibited_by":)"), out.list(a.inhibited_by);
  if (!a.absorbed.empty()) out.raw(R"(,"absorbed":)"), out.list(a.absorbed);
  if (!a.waiting.empty()) out.raw(R"(,"waiting":)"), out.list(a.waiting);
  if (a.acknowledged) write(out, *a.acknowledged);
  out.raw("}");
}

model::Alert from_json(const Json& j) {
  model::Alert a;
  a.id = j.at("id");
  a.rule = j.at("rule");
  a.key = j.at("key");
  a.labels = j.at("labels").get<model::Labels>();
  a.annotations = j.at("annotations").get<model::Labels>();
  a.generator_url = j.value("generator_url", "");
  a.severity = static_cast<model::Severity>(j.at("severity").get<int>());
  a.state = static_cast<model::AlertState>(j.at("state").get<int>());
  a.reason = static_cast<model::EndReason>(j.at("reason").get<int>());
  a.late = j.at("late");
  a.count = j.at("count");
  a.starts_at = from_micros(j.at("starts_at"));
  a.last_seen = from_micros(j.at("last_seen"));
  a.ends_at = parse_optional(j.at("ends_at"));
  a.changed_at = from_micros(j.at("changed_at"));
  a.opened_by = j.at("opened_by");
  a.changed_by = j.at("changed_by");
  if (const auto found = j.find("inhibited_by"); found != j.end())
    a.inhibited_by = found->get<std::vector<std::string>>();
  if (const auto found = j.find("absorbed"); found != j.end())
    a.absorbed = found->get<std::vector<std::string>>();
  if (const auto found = j.find("waiting"); found != j.end())
    a.waiting = found->get<std::vector<std::string>>();
  if (const auto found = j.find("acknowledged"); found != j.end()) {
    const auto until = found->find("until");
    a.acknowledged = model::Acknowledgement{
        found->at("by"), found->at("comment"), from_micros(found->at("at")),
        until == found->end() ? std::nullopt : std::optional(from_micros(*until))};
  }
  return a;
}

Time time(Written& in) {
  return Time(Duration(in.number<std::int64_t>()));
}

// Reads the members in the order in which write() writes them.
model::Alert alert_as_written(Written& in) {
  model::Alert a;
  in.expect(R"({"id":)"), a.id = in.text();
  in.expect(R"(,"fingerprint":)"), (void)in.text();
  in.expect(R"(,"rule":)"), a.rule = in.text();
  in.expect(R"(,"key":)"), a.key = in.text();
  in.expect(R"(,"labels":)"), a.labels = in.labels();
  in.expect(R"(,"annotations":)"), a.annotations = in.labels();
  in.expect(R"(,"severity":)"), a.severity = static_cast<model::Severity>(in.number<int>());
  in.expect(R"(,"state":)"), a.state = static_cast<model::AlertState>(in.number<int>());
  in.expect(R"(,"reason":)"), a.reason = static_cast<model::EndReason>(in.number<int>());
  in.expect(R"(,"late":)"), a.late = in.boolean();
  in.expect(R"(,"count":)"), a.count = in.number<std::uint64_t>();
  in.expect(R"(,"starts_at":)"), a.starts_at = time(in);
  in.expect(R"(,"last_seen":)"), a.last_seen = time(in);
  in.expect(R"(,"ends_at":)");
  if (!in.skip("null")) a.ends_at = time(in);
  in.expect(R"(,"changed_at":)"), a.changed_at = time(in);
  in.expect(R"(,"opened_by":)"), a.opened_by = in.number<model::Offset>();
  in.expect(R"(,"changed_by":)"), a.changed_by = in.number<model::Offset>();
  if (in.skip(R"(,"generator_url":)")) a.generator_url = in.text();
  if (in.skip(R"(,"inhibited_by":)")) a.inhibited_by = in.list();
  if (in.skip(R"(,"absorbed":)")) a.absorbed = in.list();
  if (in.skip(R"(,"waiting":)")) a.waiting = in.list();
  if (in.skip(R"(,"acknowledged":{"by":)")) {
    auto& ack = a.acknowledged.emplace();
    ack.by = in.text();
    in.expect(R"(,"comment":)"), ack.comment = in.text();
    in.expect(R"(,"at":)"), ack.at = time(in);
    if (in.skip(R"(,"until":)")) ack.until = time(in);
    in.expect("}");
  }
  in.expect("}");
  return a;
}

// Reads the members in the order in which message_json() writes them.
model::Message message_as_written(Written& in) {
  model::Message message;
  in.expect(R"({"receiver":)"), message.receiver = in.text();
  in.expect(R"(,"group_key":)"), message.group_key = in.text();
  in.expect(R"(,"group_labels":)"), message.group_labels = in.labels();
  in.expect(R"(,"changes":)");
  in.each('[', ']', [&] {
    auto& change = message.changes.emplace_back();
    in.expect(R"({"kind":)"), change.kind = static_cast<model::Change::Kind>(in.number<int>());
    in.expect(R"(,"offset":)"), change.offset = in.number<model::Offset>();
    in.expect(R"(,"at":)"), change.at = time(in);
    if (in.skip(R"(,"by":)")) change.by = in.text();
    if (in.skip(R"(,"comment":)")) change.comment = in.text();
    in.expect(R"(,"alert":)"), change.alert = alert_as_written(in);
    in.expect("}");
  });
  in.expect("}");
  return message;
}

// What a change has beside its alert: who acknowledged it, and the comment.
void write_said(JsonWriter& out, const model::Change& change) {
  if (!model::is_about_care(change.kind)) return;
  out.raw(R"(,"by":)"), out.text(change.by);
  out.raw(R"(,"comment":)"), out.text(change.comment);
}

// Exceptions of the library stop here.
template <class T, class Read>
Result<T> reading(std::string_view text, const char* what, const Read& read) {
  try {
    return read(Json::parse(text));
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", std::string(what) + " cannot be read: " + fault.what());
  }
}

}  // namespace

std::string list_json(const std::vector<std::string>& texts) {
  JsonWriter out;
  out.list(texts);
  return out.take();
}

std::string alert_json(const model::Alert& alert) {
  JsonWriter out;
  write(out, alert);
  return out.take();
}

Result<model::Alert> parse_alert(std::string_view json) {
  Written written(json);
  auto alert = alert_as_written(written);
  if (written.good_to_the_end()) return alert;
  return reading<model::Alert>(json, "alert", [](const Json& j) { return from_json(j); });
}

std::string history_line(const model::Change& change) {
  return history_line(change, alert_json(change.alert));
}

std::string history_line(const model::Change& change, std::string_view alert) {
  JsonWriter out;
  out.raw(R"({"offset":)"), out.number(change.offset);
  out.raw(R"(,"at":)"), out.number(micros(change.at));
  out.raw(R"(,"kind":)"), out.text(to_text(change.kind));
  write_said(out, change);
  out.raw(R"(,"alert":)"), out.raw(alert), out.raw("}");
  return out.take();
}

namespace {

// The text behind `name` up to `end`; nullopt if the text does not begin with `begin`.
std::optional<std::string> member_as_written(std::string_view text, std::string_view begin,
                                             std::string_view name, char end) {
  const auto at = text.starts_with(begin) ? text.find(name) : text.npos;
  if (at == text.npos) return std::nullopt;
  const auto value = text.substr(at + name.size());
  const auto size = value.find(end);
  return size == value.npos ? std::nullopt : std::optional(std::string(value.substr(0, size)));
}

std::optional<std::string> member_of(std::string_view text, const char* name) {
  const auto json = Json::parse(text, nullptr, false);
  const auto found = json.is_object() ? json.find(name) : json.end();
  if (found == json.end()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

// Only two numbers come before the kind.
std::optional<std::string> kind_in(std::string_view history_line) {
  auto kind = member_as_written(history_line, R"({"offset":)", R"(,"kind":")", '"');
  return kind ? kind : member_of(history_line, "kind");
}

// Labels with any names come before the reason. They cannot be taken for it, because their values
// are not numbers and quotes in them are escaped.
std::optional<std::string> reason_in(std::string_view alert) {
  auto reason = member_as_written(alert, R"({"id":)", R"(,"reason":)", ',');
  const bool is_number = reason && reason->size() == 1 && is_digit(reason->front());
  return is_number ? reason : member_of(alert, "reason");
}

std::string message_json(const model::Message& message) {
  JsonWriter out;
  out.raw(R"({"receiver":)"), out.text(message.receiver);
  out.raw(R"(,"group_key":)"), out.text(message.group_key);
  out.raw(R"(,"group_labels":)"), out.labels(message.group_labels);
  out.raw(R"(,"changes":[)");
  for (bool first = true; const auto& change : message.changes) {
    out.raw(std::exchange(first, false) ? R"({"kind":)" : R"(,{"kind":)"),
        out.number(static_cast<int>(change.kind));
    out.raw(R"(,"offset":)"), out.number(change.offset);
    out.raw(R"(,"at":)"), out.number(micros(change.at));
    write_said(out, change);
    out.raw(R"(,"alert":)"), write(out, change.alert), out.raw("}");
  }
  out.raw("]}");
  return out.take();
}

Result<model::Message> parse_message(std::string_view json) {
  Written written(json);
  auto as_written = message_as_written(written);
  if (written.good_to_the_end() && !as_written.changes.empty()) return as_written;
  return reading<model::Message>(json, "a message", [](const Json& j) -> Result<model::Message> {
    model::Message message{
        j.at("receiver"), j.at("group_key"), j.at("group_labels").get<model::Labels>(), {}};
    for (const auto& one : j.at("changes")) {
      message.changes.push_back({static_cast<model::Change::Kind>(one.at("kind").get<int>()),
                                 from_json(one.at("alert")), one.at("offset"),
                                 from_micros(one.at("at")), one.value("by", ""),
                                 one.value("comment", "")});
    }
    if (message.changes.empty()) return fail("bad_state", "a message without alerts");
    return message;
  });
}

namespace {

// Searches the text for what message_json() writes at the beginning of an alert. A tree for each
// notification would cost more than everything else that the queue does. Empty if the text was
// written differently.
std::vector<std::uint64_t> fingerprints_as_written(std::string_view message) {
  constexpr std::string_view kAlert = R"("alert":{"id":")", kPrint = R"(","fingerprint":")";
  std::vector<std::uint64_t> all;
  for (auto at = message.find(kAlert); at != message.npos; at = message.find(kAlert, at)) {
    const auto id_end = message.find('"', at + kAlert.size());
    if (id_end == message.npos || !message.substr(id_end).starts_with(kPrint)) return {};
    at = id_end + kPrint.size();
    const auto* const digits = message.data() + at;
    const auto* const end = digits + std::min<std::size_t>(16, message.size() - at);
    std::uint64_t print = 0;
    if (std::from_chars(digits, end, print, 16).ptr != digits + 16) return {};
    all.push_back(print);
  }
  return all;
}

}  // namespace

std::vector<std::uint64_t> fingerprints_in(std::string_view message) {
  using All = std::vector<std::uint64_t>;
  if (auto all = fingerprints_as_written(message); !all.empty()) return all;
  return reading<All>(message, "a message",
                      [](const Json& j) {
                        All all;
                        for (const auto& one : j.at("changes")) {
                          all.push_back(model::fingerprint(
                              one.at("alert").at("labels").get<model::Labels>()));
                        }
                        return Result<All>(std::move(all));
                      })
      .value_or(All());
}

}  // namespace alarum::alert
