#include "tests/simulation/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "alert/codec.h"
#include "base/hash.h"
#include "model/silence.h"

namespace alarum::simulation {
namespace {

using Json = nlohmann::json;
using Name = std::pair<std::string, std::string>;  // source, id

std::set<Name> names_in(const History& history) {
  std::set<Name> names;
  for (const auto& record : history.records) {
    if (const auto* event = std::get_if<model::Event>(&record.payload)) names.emplace(event->source(), event->id());
  }
  return names;
}

bool is_covered(const std::vector<Unreadable>& damage, model::Offset from, model::Offset to) {
  for (auto at = from; at < to; ++at) {
    if (std::ranges::none_of(damage, [&](const auto& one) { return one.from <= at && at < one.to; })) return false;
  }
  return true;
}

bool is_within(const std::vector<std::pair<model::Offset, model::Offset>>& all, model::Offset offset) {
  return std::ranges::any_of(all, [&](const auto& one) { return one.first <= offset && offset < one.second; });
}

std::string text_of(const model::Payload& payload) {
  struct {
    std::string operator()(const model::Event& it) const { return std::string(it.bytes()); }
    std::string operator()(const model::Tick&) const { return {}; }
    std::string operator()(const model::Start& it) const { return std::to_string(it.gap.count()); }
    std::string operator()(const model::Stop&) const { return {}; }
    std::string operator()(const model::Reload& it) const { return it.hash; }
    std::string operator()(const model::ClockStep& it) const { return std::to_string(it.by.count()); }
    std::string operator()(const model::SetSilence& it) const { return it.silence; }
    std::string operator()(const model::ExpireSilence& it) const { return it.id; }
    std::string operator()(const model::Acknowledge& it) const { return it.alert_id + it.by + it.comment + std::to_string(it.lasts.count()); }
    std::string operator()(const model::ResolveAlert& it) const { return it.alert_id + it.by + it.comment; }
    std::string operator()(const model::Unacknowledge& it) const { return it.alert_id + it.by + it.comment; }
  } text;
  return std::to_string(payload.index()) + ' ' + std::visit(text, payload);
}

bool same(const model::Record& a, const model::Record& b) {
  return a.offset == b.offset && a.at == b.at && a.ahead == b.ahead && a.generation == b.generation && text_of(a.payload) == text_of(b.payload);
}

// The number behind `"name":`; nullopt: it is not there.
std::optional<std::uint64_t> number_in(const std::string& json, std::string_view name) {
  const auto value = member_of(json, name);
  if (!value || value->empty() || value->find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoull(*value);
}

std::string shown(const model::Alert& alert) { return fmt::format("{}{{{}}} ({}, opened by {})", alert.rule, alert.key, alert.id, alert.opened_by); }
std::string shown(const ModelAlert& alert) { return fmt::format("{}{{{}}} ({}, opened by {})", alert.rule, alert.key, alert.id, alert.opened_by); }

bool is_of(const std::string& target, const std::string& receiver) { return target == receiver || target.starts_with(receiver + '/'); }

// Where they part, with a little of each.
std::string difference(const std::string& a, const std::string& b) {
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const auto from = at < 40 ? 0 : at - 40;
  return fmt::format("`{}` and `{}`", a.substr(from, 100), b.substr(from, 100));
}

// One that stands only for what was seen is passed over. `known`: by target and id.
bool is_old_news(const Told& told, const std::set<std::pair<std::string, std::string>>& known) {
  const auto ids = replaced_by(told);
  return !ids.empty() && std::ranges::all_of(ids, [&](const auto& id) { return known.contains({told.seen.target, id}); });
}

bool is_received(const Told& told) { return told.seen.taken(); }

}  // namespace

std::vector<std::string> replaced_by(const Told& told) {
  std::vector<std::string> ids;
  const std::string_view headers = told.seen.headers;
  auto at = headers.find("Alarum-Replaces:");
  if (at == std::string_view::npos) return ids;
  for (at = headers.find("ntf-", at); at < headers.find('\n', headers.find("Alarum-Replaces:")); at = headers.find("ntf-", at + 1)) ids.emplace_back(headers.substr(at, headers.find_first_of(", \r\n", at) - at));
  return ids;
}

Violations check_journal(const History& history, const JournalOnDisk& journal) {
  Violations out;
  auto next = journal.begin;
  Time last = Time::min();
  std::map<model::Offset, const model::Record*> by_offset;
  for (const auto& record : journal.records) {
    if (record.offset < next) out.push_back(fmt::format("offset {} is in the journal twice, or out of order", record.offset));
    else if (record.offset > next && !is_covered(journal.damage, next, record.offset)) out.push_back(fmt::format("offsets {} to {} of the journal are gone, and no damage is reported there", next, record.offset - 1));
    if (record.at < last) out.push_back(fmt::format("engine time goes back at offset {}", record.offset));
    const auto* start = std::get_if<model::Start>(&record.payload);
    if (start && record.offset == next && last != Time::min() && start->gap < std::max(record.at - last, Duration(1))) {
      out.push_back(fmt::format("the start at offset {} does not say how long nobody listened", record.offset));
    }
    next = record.offset + 1, last = record.at;
    by_offset[record.offset] = &record;
  }
  if (next < journal.end && !is_covered(journal.damage, next, journal.end)) out.push_back(fmt::format("the journal was committed up to {}, and on disk it ends at {}", journal.end, next));
  for (const auto& record : history.records) {
    if (record.offset < journal.begin || record.offset >= journal.end) continue;
    const auto found = by_offset.find(record.offset);
    if (found == by_offset.end()) {
      if (!is_covered(journal.damage, record.offset, record.offset + 1)) out.push_back(fmt::format("offset {} was durable once and is gone", record.offset));
    } else if (!same(record, *found->second) && !is_within(history.damaged_tails, record.offset)) {
      out.push_back(fmt::format("offset {} was durable once and is another record now", record.offset));
    }
  }
  if (!history.damaged && !journal.damage.empty()) out.push_back("damage is reported where nothing was damaged: " + journal.damage.front().place);
  return out;
}

Violations check_damage_said(const std::vector<Unreadable>& damage, const std::vector<std::string>& said) {
  Violations out;
  for (const auto& one : damage) {
    const auto names = [&](const std::string& line) { return line.find(one.place) != std::string::npos; };
    if (std::ranges::none_of(said, names)) out.push_back("the bridge has not said since its start that this is damaged: " + one.place);
  }
  return out;
}

Violations check_acknowledged(const History& history, bool keeps_all) {
  if (!history.gaps.empty() || !keeps_all) return {};  // what is missing may have stood there; check_journal() says whether that is reported
  Violations out;
  const auto names = names_in(history);
  std::uint64_t said = 0;
  for (const auto& sent : history.sent) {
    const auto valid = static_cast<std::uint64_t>(std::ranges::count_if(sent.events, [&](const auto& one) { return sent.valid && one.valid; }));
    for (const auto& attempt : sent.attempts) {
      if (attempt.fate != Fate::acknowledged) continue;
      const auto accepted = number_in(attempt.answer, "accepted"), duplicate = number_in(attempt.answer, "duplicate");
      if (!accepted || !duplicate || sent.route == Route::posted) continue;
      said += *accepted;
      if (*accepted + *duplicate != valid) out.push_back(fmt::format("{} of {} good events were accounted for in the answer {}", *accepted + *duplicate, valid, attempt.answer));
    }
    if (!sent.acknowledged()) continue;
    for (const auto& event : sent.events) {
      if (sent.valid && event.valid && !names.contains({event.source, event.id})) out.push_back(fmt::format("event {} of {} was acknowledged and is not in the journal", event.id, event.source));
    }
  }
  const auto events = static_cast<std::uint64_t>(std::ranges::count_if(history.records, [](const auto& record) { return std::holds_alternative<model::Event>(record.payload); }));
  if (said > events) out.push_back(fmt::format("senders were told that {} events were accepted, and the journal has {}", said, events));
  return out;
}

Violations check_refused(const History& history) {
  Violations out;
  const auto names = names_in(history);
  for (const auto& sent : history.sent) {
    for (const auto& event : sent.events) {
      if ((!sent.valid || !event.valid) && names.contains({event.source, event.id})) out.push_back(fmt::format("event {} of {} is bad input and is in the journal", event.id, event.source));
    }
    for (const auto& attempt : sent.attempts) {
      if (!sent.valid && attempt.fate == Fate::acknowledged && number_in(attempt.answer, "accepted").value_or(0) > 0) out.push_back(fmt::format("bad input was accepted: {}", attempt.answer));
    }
  }
  return out;
}

Violations check_counted_once(const History& history, Duration window, std::size_t most) {
  if (history.damaged) return {};  // what could not be read is not known to have been there
  Violations out;
  struct Before {
    Time at;
    std::size_t number = 0;
    model::Offset offset = 0;
  };
  std::map<Name, Before> before;
  std::size_t number = 0;
  for (const auto& record : history.records) {
    const auto* event = std::get_if<model::Event>(&record.payload);
    // Of those a name says what they are about, not which message they are.
    if (!event || event->format() == model::Format::alertmanager || event->format() == model::Format::json || event->format() == model::Format::internal) continue;
    auto [found, fresh] = before.try_emplace({std::string(event->source()), std::string(event->id())}, Before{record.at, ++number, record.offset});
    if (fresh) continue;
    if (record.at - found->second.at < window && number - found->second.number < most) {
      out.push_back(fmt::format("event {} of {} counts twice: offsets {} and {}", event->id(), event->source(), found->second.offset, record.offset));
    }
    found->second = {record.at, number, record.offset};
  }
  return out;
}

Violations check_start(const History& history, const StartsFrom& from) {
  if (history.damaged) return {};
  Violations out;
  std::size_t usable = 0;
  auto needed = from.begin;
  for (const auto& one : from.checkpoints) {
    if (!one.whole) out.push_back(one.path + " is damaged where nothing was damaged");
    usable += one.whole && one.offset >= from.begin;
  }
  if (from.begin > 0 && usable < 2) out.push_back(fmt::format("the journal begins at {}, and {} checkpoints stand for what was before", from.begin, usable));
  if (!from.checkpoints.empty()) needed = std::max(needed, std::ranges::min(from.checkpoints, {}, &StartsFrom::Checkpoint::offset).offset);
  std::set<model::GenerationId> named;
  for (const auto& record : history.records) {
    if (record.offset + 1 < needed || record.generation == 0 || !named.insert(record.generation).second) continue;
    const auto text = from.generations.lower_bound(hex64(record.generation));
    if (text == from.generations.end() || !text->first.starts_with(hex64(record.generation))) {
      out.push_back(fmt::format("offset {} names the rules {}, and they are not stored", record.offset, hex64(record.generation)));
    } else if (!text->second.empty()) {
      out.push_back(fmt::format("offset {} names rules that cannot be read: {}", record.offset, text->second));
    }
  }
  return out;
}

Violations check_totals(const History& history, const journal::Totals& totals, std::optional<std::uint64_t> rejected) {
  // What nobody could read is not known to have been there.
  if (history.damaged || !history.gaps.empty() || history.records.empty() || history.records.front().offset != 0) return {};
  Violations out;
  const auto is_event = [](const auto& record) { return std::holds_alternative<model::Event>(record.payload); };
  const auto events = static_cast<std::uint64_t>(std::ranges::count_if(history.records, is_event));
  const auto accounted = events + totals.rejected + totals.duplicate + totals.unmatched;
  if (totals.received != accounted) {
    out.push_back(fmt::format("the totals say that {} events were received; {} stored, {} rejected, {} duplicates and {} unmatched are {}",
                              totals.received, events, totals.rejected, totals.duplicate, totals.unmatched, accounted));
  }
  if (rejected && *rejected != totals.rejected) {
    out.push_back(fmt::format("the totals say that {} events were rejected, and the door rejected {}", totals.rejected, *rejected));
  }
  return out;
}

Violations check_operators(const History& history) {
  Violations out;
  std::string orders;
  for (const auto& record : history.records) {
    if (!std::holds_alternative<model::Event>(record.payload) && record.payload.index() > 5) orders += text_of(record.payload) + '\n';
  }
  for (const auto& act : history.operated) {
    if (act.attempt.fate != Fate::acknowledged) continue;
    if (act.broken) out.push_back("a broken reload was taken: " + act.attempt.answer);
    if (!history.gaps.empty()) continue;
    std::optional<std::string> id;
    if (act.kind == OperatorAct::Kind::silence) id = member_of(act.attempt.answer, "silenceID");
    if (act.kind == OperatorAct::Kind::expire) id = act.path.substr(act.path.rfind('/') + 1);
    using Kind = OperatorAct::Kind;
    if (act.kind == Kind::acknowledge || act.kind == Kind::unacknowledge || act.kind == Kind::resolve) {
      const auto end = act.path.rfind('/'), begin = act.path.rfind('/', end - 1) + 1;
      id = act.path.substr(begin, end - begin);
    }
    if (id && orders.find(*id) == std::string::npos) out.push_back(fmt::format("{} {} was answered {} and is not in the journal", act.path, act.body, act.attempt.answer));
  }
  return out;
}

Violations check_alerts(const AlertsKnown& known) {
  Violations out;
  std::set<std::string> firing;
  for (const auto& alert : known.firing) {
    firing.insert(alert.id);
    if (!known.firing_in_book.contains(alert.id)) out.push_back(shown(alert) + " fires for the engine and not for the book");
  }
  for (const auto& id : known.firing_in_book) {
    if (!firing.contains(id)) out.push_back("alert " + id + " fires for the book and not for the engine");
  }
  for (const auto* all : {&known.firing, &known.ended}) {
    for (const auto& alert : *all) {
      if (alert.id != alert_id_of(alert.rule, alert.key, alert.opened_by)) out.push_back("the id of " + shown(alert) + " is another than its rule, key and first record make");
    }
  }
  return out;
}

Violations check_model(const Model& model, const AlertsKnown& known, const std::set<std::string>& modelled_rules) {
  Violations out;
  if (model.blind()) return out;
  const auto understood = [&](const auto& alert) { return modelled_rules.contains(alert.rule) && model.knows(alert.rule, alert.key); };
  const auto compare = [&](const ModelAlert& should, const model::Alert& is) {
    if (should.opened_by != is.opened_by) out.push_back(fmt::format("{} should have been opened by {}", shown(is), should.opened_by));
    if (should.count > 0 && should.count != is.count) out.push_back(fmt::format("{} counts {} matches and should count {}", shown(is), is.count, should.count));
    if (!model.stepped() && should.starts_at != is.starts_at) out.push_back(fmt::format("{} starts at {} and should start at {}", shown(is), format_rfc3339(is.starts_at), format_rfc3339(should.starts_at)));
  };
  std::map<std::string, const model::Alert*> firing, ended;
  for (const auto& alert : known.firing) {
    if (understood(alert)) firing[alert.id] = &alert;
  }
  for (const auto& [id, should] : model.firing()) {
    if (!understood(should)) continue;
    const auto found = firing.find(should.id);
    if (found == firing.end()) out.push_back(shown(should) + " should fire and does not");
    else compare(should, *found->second), firing.erase(found);
  }
  for (const auto& [id, alert] : firing) out.push_back(shown(*alert) + " fires and should not");
  if (!known.book_complete) return out;
  for (const auto& alert : known.ended) {
    if (understood(alert)) ended[alert.id] = &alert;
  }
  for (const auto& should : model.ended()) {
    if (!understood(should)) continue;
    const auto found = ended.find(should.id);
    if (found == ended.end()) {
      out.push_back(shown(should) + " should have fired and ended, and the book has no such alert");
      continue;
    }
    const auto& is = *found->second;
    compare(should, is);
    if (should.reason != to_text(is.reason) || should.ended_by != is.changed_by) {
      out.push_back(fmt::format("{} ended as {} by {} and should have ended as {} by {}", shown(is), to_text(is.reason), is.changed_by, should.reason, should.ended_by));
    }
    ended.erase(found);
  }
  for (const auto& [id, alert] : ended) out.push_back(fmt::format("{} fired and ended as {} and should not have fired", shown(*alert), to_text(alert->reason)));
  return out;
}

namespace {

ToldAlert alert_in(const Json& json) {
  ToldAlert told;
  if (json.contains("labels")) {
    told.labels = json["labels"].get<model::Labels>();
    told.fingerprint = hex64(model::fingerprint(told.labels));
    told.name = json["labels"].value("alertname", "");
  }
  told.fingerprint = json.value("fingerprint", told.fingerprint);
  told.id = json.value("id", "");
  told.name = json.value("alertname", told.name);
  if (json.contains("status")) told.firing = json["status"] == "firing";
  else if (json.contains("firing")) told.firing = json["firing"] == "true";
  else told.firing = !json.contains("endsAt");
  return told;
}

// A power cut takes receipts back, until they are records: what was notified before is notified again, in its order.
bool was_cut(const std::vector<Incarnation>& incarnations, std::size_t from, std::size_t to) {
  using End = Incarnation::End;
  for (auto at = from; at < to && at < incarnations.size(); ++at) {
    if (const auto end = incarnations[at].end; end == End::power_cut || end == End::start_crashed) return true;
  }
  return false;
}

}  // namespace

std::vector<ToldAlert> alerts_in(std::string_view body, std::string_view /*headers*/) {
  std::vector<ToldAlert> out;
  auto json = Json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("specversion")) json = Json(json["data"]);
  if (json.is_object() && json.contains("alerts")) json = Json(json["alerts"]);
  if (!json.is_array()) return out;
  for (const auto& one : json) {
    if (one.is_object()) out.push_back(alert_in(one));
  }
  return out;
}

std::vector<ToldAlert> alerts_told(const Seen& seen) {
  const auto message = alert::parse_message(seen.facts);
  if (!message) return alerts_in(seen.body, seen.headers);
  std::vector<ToldAlert> out;
  for (const auto& change : message->changes) {
    const auto name = change.alert.labels.find("alertname");
    out.push_back({change.alert.id, hex64(model::fingerprint(change.alert.labels)), name == change.alert.labels.end() ? "" : name->second, change.alert.labels, change.alert.state == model::AlertState::firing});
  }
  return out;
}

Told told_of(const Seen& seen, std::size_t quiet, std::vector<ToldAlert> alerts) {
  return {seen, std::move(alerts), seen.headers.find("Alarum-Replaces") != std::string::npos, seen.sequence < (std::uint64_t{1} << 63), quiet};
}

Violations check_bodies(const std::vector<Told>& told, std::size_t from) {
  Violations out;
  for (const auto& one : std::span(told).subspan(from)) {
    // A card for people names no alert in a way that a program reads.
    if (one.seen.facts.empty() || one.merged || one.seen.target.find("/feishu/") != std::string::npos) continue;
    const auto said = alerts_in(one.seen.body, one.seen.headers);
    std::multiset<std::pair<std::string, bool>> is, should;
    for (const auto& alert : said) is.emplace(alert.fingerprint, alert.firing);
    for (const auto& alert : one.alerts) should.emplace(alert.fingerprint, alert.firing);
    if (one.seen.whole && is != should) out.push_back(fmt::format("notification {} to {} does not say what it was made of: {}", one.seen.id, one.seen.target, one.seen.body));
  }
  return out;
}

Violations check_once(const std::vector<Told>& told, const std::vector<Quiet>& quiet, bool one_config, const std::vector<Incarnation>& incarnations) {
  Violations out;
  std::map<std::pair<std::string, std::string>, const Told*> bodies, known;
  for (const auto& one : told) {
    if (!one.outbox || !one.seen.whole) continue;
    const std::pair name{one.seen.target, one.seen.id};
    const auto [body, fresh] = bodies.try_emplace(name, &one);
    const bool other = !fresh && body->second->seen.body != one.seen.body;
    // Until texts and routing are records: what the book has lost is made again by the config of then.
    if (other && !one_config && was_cut(incarnations, body->second->seen.incarnation, one.seen.incarnation)) body->second = &one;
    else if (other) out.push_back(fmt::format("notification {} to {} came with two bodies: {}", one.seen.id, one.seen.target, difference(body->second->seen.body, one.seen.body)));
    if (!is_received(one) || one.seen.reached != Reached::answered) continue;
    const auto [before, first] = known.try_emplace(name, &one);
    if (first) continue;
    const auto& earlier = *before->second;
    // The book holds its receipt once the bridge had nothing to do any more, at the latest; a power cut may put the book back.
    const bool put_back = was_cut(incarnations, earlier.seen.incarnation, one.seen.incarnation);
    const bool rested = std::any_of(quiet.begin() + static_cast<std::ptrdiff_t>(std::min(earlier.quiet, quiet.size())), quiet.end(), [&](const auto& moment) { return moment.incarnation == earlier.seen.incarnation; }) ||
                        (earlier.seen.incarnation < incarnations.size() && incarnations[earlier.seen.incarnation].in_order);
    if (earlier.seen.incarnation == one.seen.incarnation || (rested && !put_back)) out.push_back(fmt::format("notification {} was delivered to {} twice, although the bridge knew of the first time", one.seen.id, one.seen.target));
    before->second = &one;
  }
  return out;
}

Violations check_given_up(const std::vector<GivenUp>& dead) {
  static const std::set<std::string> again{"408", "425", "429"};
  Violations out;
  for (const auto& one : dead) {
    if (again.contains(one.why) || (one.why.size() == 3 && one.why.front() == '5')) out.push_back(fmt::format("{} to {} was given up after {}, which passes", one.id, one.target, one.why));
  }
  return out;
}

Violations check_over(const std::vector<Told>& told, const std::vector<Quiet>& quiet, const std::vector<Incarnation>& incarnations) {
  Violations out;
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& one : told) {
    for (auto& id : replaced_by(one)) known.emplace(one.seen.target, std::move(id));
    if (!one.outbox || one.merged || !known.emplace(one.seen.target, one.seen.id).second) continue;
    const auto is_before = [&](const Quiet& moment) {
      return one.seen.offset < moment.end && moment.incarnation < one.seen.incarnation && !was_cut(incarnations, moment.incarnation, one.seen.incarnation);
    };
    if (std::ranges::any_of(quiet, is_before)) {
      out.push_back(fmt::format("{} was told by {} of offset {}, which was over before the start", one.seen.target, one.seen.id, one.seen.offset));
    }
  }
  return out;
}

Violations check_order(const std::vector<Told>& told, const std::set<std::string>& lossy, bool one_config, const std::vector<Incarnation>& incarnations) {
  Violations out;
  std::size_t incarnation = 0;
  std::set<std::pair<std::string, std::string>> known;
  std::map<std::pair<std::string, std::string>, const Told*> newest;  // by target and group
  std::map<std::pair<std::string, std::string>, bool> firing;         // by target and alert
  std::map<std::pair<std::string, std::string>, std::set<std::string>> told_in;  // by target and group: fingerprints
  bool after_cut = false;
  for (const auto& one : told) {
    if (!is_received(one)) continue;
    if (one.outbox && !known.emplace(one.seen.target, one.seen.id).second) continue;  // a receiver that remembers ids passes it over
    if (was_cut(incarnations, std::exchange(incarnation, one.seen.incarnation), one.seen.incarnation)) newest.clear(), firing.clear(), told_in.clear(), after_cut = true;
    if (is_old_news(one, known)) continue;
    for (auto& id : replaced_by(one)) known.emplace(one.seen.target, std::move(id));
    if (one.outbox && !one.merged && one_config) {
      auto& before = newest[{one.seen.target, one.seen.group_key}];
      if (before && before->seen.offset > one.seen.offset) {
        out.push_back(fmt::format("{} was told of offset {} after {} in group {}", one.seen.target, one.seen.offset, before->seen.offset, one.seen.group_key));
      }
      before = &one;
    }
    // An end that is told to who never heard of its beginning: as in Alertmanager, of a group of several that was notified before.
    auto& prints = told_in[{one.seen.target, one.seen.group_key}];
    for (const auto& alert : one.alerts) prints.insert(alert.fingerprint);
    const auto is_known = [&](const ToldAlert& alert) { return alert.firing || firing.contains({one.seen.target, alert.id}); };
    if (!one.alerts.empty() && !one.merged && one_config && !after_cut && prints.size() == 1 && !lossy.contains(one.seen.target) && std::ranges::none_of(one.alerts, is_known)) {
      out.push_back(fmt::format("{} was told that {} {} ended, and never that it fired", one.seen.target, one.alerts[0].name, one.alerts[0].id));
    }
    for (const auto& alert : one.alerts) {
      if (alert.id.empty()) continue;
      const auto [state, fresh] = firing.try_emplace({one.seen.target, alert.id}, alert.firing);
      if (!fresh && !state->second && alert.firing) out.push_back(fmt::format("{} was told that {} {} fires after it was told of its end", one.seen.target, alert.name, alert.id));
      state->second = alert.firing;
    }
  }
  return out;
}

Violations check_silenced(const std::vector<Told>& told, const std::vector<model::Record>& records) {
  Violations out;
  std::map<std::string, std::pair<model::Silence, model::Offset>> silences;  // with the record that set it
  std::map<std::string, model::Offset> expired;
  std::map<model::Offset, const model::Record*> by_offset;
  for (const auto& record : records) {
    by_offset[record.offset] = &record;
    if (const auto* set = std::get_if<model::SetSilence>(&record.payload)) {
      const auto silence = model::parse_silence(set->silence);
      if (!silence) return {"a silence that the journal holds cannot be read: " + silence.error().message};
      if (!silences.contains(silence->id)) silences[silence->id] = {*silence, record.offset};
      else silences[silence->id].second = ~model::Offset{0};  // changed later: of what is not known here
    }
    if (const auto* end = std::get_if<model::ExpireSilence>(&record.payload)) expired.try_emplace(end->id, record.offset);
  }
  for (const auto& one : told) {
    if (one.merged || !one.outbox) continue;
    const auto record = by_offset.find(one.seen.offset);
    if (record == by_offset.end() || record == by_offset.begin()) continue;
    // In the step in which engine time takes up a wall clock that was moved, timers run by either.
    if (std::prev(record)->second->ahead != record->second->ahead) continue;
    const auto from = std::prev(record)->second->arrived(), to = record->second->arrived();
    for (const auto& [id, set] : silences) {
      const auto& [silence, offset] = set;
      const auto end = expired.find(id);
      if (silence.until_resolved || offset >= one.seen.offset || (end != expired.end() && end->second <= one.seen.offset)) continue;
      if (silence.starts_at > std::min(from, to) || silence.ends_at <= std::max(from, to)) continue;
      for (const auto& alert : one.alerts) {
        if (silence.matches(alert.labels)) out.push_back(fmt::format("{} was told of {} {} by offset {}, although silence {} holds", one.seen.target, alert.name, alert.id, one.seen.offset, id));
      }
    }
  }
  return out;
}

Violations check_inhibited(const std::vector<Told>& told, const AlertsKnown& known, const Inhibits& inhibits) {
  Violations out;
  const auto keeper_of = [&](const ToldAlert& alert, model::Offset at) -> const model::Alert* {
    for (const auto* alerts : {&known.firing, &known.ended}) {
      for (const auto& source : *alerts) {
        const bool fired_then = source.opened_by < at && (alerts == &known.firing || source.changed_by > at);
        if (fired_then && source.id != alert.id && inhibits(source.labels, alert.labels)) return &source;
      }
    }
    return nullptr;
  };
  for (const auto& one : told) {
    if (one.merged || !one.outbox) continue;
    for (const auto& alert : one.alerts) {
      const auto* by = alert.firing ? keeper_of(alert, one.seen.offset) : nullptr;
      if (by) out.push_back(fmt::format("{} was told of {} {} by offset {}, although {} kept it back", one.seen.target, alert.name, alert.id, one.seen.offset, shown(*by)));
    }
  }
  return out;
}

namespace {

std::string name_of(const AlertsKnown& known, const std::string& id) {
  const auto found = std::ranges::find(known.firing, id, &model::Alert::id);
  return found == known.firing.end() ? "alert " + id : shown(*found);
}

}  // namespace

Violations check_receivers(const std::vector<Told>& told, const std::vector<ExpectedTargets>& targets, const AlertsKnown& known, const std::vector<Excuse>& excuses) {
  Violations out;
  struct State {
    bool firing = false;
    std::set<std::string> ids;  // that were told under this fingerprint
    std::string name, by;       // of the newest: the alert's, the notification's
  };
  std::map<std::string, std::map<std::string, State>> states;  // by target and fingerprint
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& one : told) {
    if (!is_received(one) || (one.outbox && !seen.emplace(one.seen.target, one.seen.id).second)) continue;
    if (is_old_news(one, seen)) continue;
    for (auto& id : replaced_by(one)) seen.emplace(one.seen.target, std::move(id));
    for (const auto& alert : one.alerts) {
      auto& state = states[one.seen.target][alert.fingerprint];
      state.firing = alert.firing, state.ids.insert(alert.id), state.name = alert.name + ' ' + alert.id, state.by = one.seen.id;
    }
  }
  std::set<std::string> firing;
  for (const auto& alert : known.firing) firing.insert(hex64(model::fingerprint(alert.labels)));
  const auto is_excused = [&](const std::string& target, const std::string& alert) {
    return std::ranges::any_of(excuses, [&](const auto& one) { return one.alert_id == alert && is_of(target, one.receiver); });
  };
  for (const auto& target : targets) {
    const auto& knows = states[target.target];
    for (const auto& [print, id] : target.firing) {
      const auto found = knows.find(print);
      if ((found == knows.end() || !found->second.firing) && !is_excused(target.target, id)) out.push_back(fmt::format("{} fires, and {} does not know it", name_of(known, id), target.target));
    }
    for (const auto& [print, state] : knows) {
      if (!state.firing || !target.is_told_ends || firing.contains(print)) continue;
      if (std::ranges::none_of(state.ids, [&](const auto& id) { return is_excused(target.target, id); })) out.push_back(fmt::format("{} is over, and for {} it fires, by {}", state.name, target.target, state.by));
    }
  }
  return out;
}

Violations check_bounds(const std::vector<Bound>& bounds) {
  Violations out;
  for (const auto& one : bounds) {
    if (one.is > one.most) out.push_back(fmt::format("{}: {}, and at most {} were promised", one.what, one.is, one.most));
  }
  return out;
}

Violations check_same_state(const std::string& what, const std::string& lived, const std::string& replayed) {
  if (lived == replayed) return {};
  const auto at = std::ranges::mismatch(lived, replayed).in1 - lived.begin();
  return {fmt::format("{} is not the state that was lived: {} and {} bytes, another from byte {} on", what, replayed.size(), lived.size(), at)};
}

}  // namespace alarum::simulation
