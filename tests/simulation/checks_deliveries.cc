// What receivers saw, held against what fires, what is silenced and what was promised of order.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "alert/codec.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "engine/processor.h"
#include "model/silence.h"
#include "tests/simulation/checks.h"

namespace alarum::simulation {
namespace {

std::string shown(const model::Alert& alert) {
  return fmt::format("{}{{{}}} ({}, opened by {})", alert.rule, alert.key, alert.id,
                     alert.opened_by);
}

bool is_of(const std::string& target, const std::string& receiver) {
  return target == receiver || target.starts_with(receiver + '/');
}

// Where they part, with a little of each.
std::string difference(const std::string& a, const std::string& b) {
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const auto from = at < 40 ? 0 : at - 40;
  return fmt::format("`{}` and `{}`", a.substr(from, 100), b.substr(from, 100));
}

// Of those that a notification stands for the first are named; how many there are stands beside
// them, where it is said at all.
bool names_all(const Told& told, std::size_t named) {
  constexpr std::string_view kCount = "Alarum-Replaces-Count: ";
  const auto& headers = told.seen.headers;
  const auto at = headers.find(kCount);
  return at == std::string::npos || std::stoul(headers.substr(at + kCount.size())) == named;
}

// One that stands only for what was seen is passed over. `known`: by target and id.
bool is_old_news(const Told& told, const std::set<std::pair<std::string, std::string>>& known) {
  const auto ids = replaced_by(told);
  const auto is_known = [&](const auto& id) { return known.contains({told.seen.target, id}); };
  return !ids.empty() && names_all(told, ids.size()) && std::ranges::all_of(ids, is_known);
}

// What a notification says of its group's labels; of one by itself those of its alert.
bool fits_group_of(const Told& told, const ToldAlert& alert) {
  const auto message = alert::parse_message(told.seen.facts);
  return message && std::ranges::includes(alert.labels, message->group_labels);
}

bool is_received(const Told& told) {
  return told.seen.taken();
}

using OfTarget = std::pair<std::string, std::string>;  // a target, and what is meant there

// What a receiver refused for good. While the journal cannot be written, there is no record of a
// dead letter: the next start sends it again, a receiver that has changed its mind takes it behind
// newer ones, and these come again as well. One that drops the ids that it knows then stays behind.
class Refused {
 public:
  void note(const Told& one) {
    const auto status = one.seen.status;
    if (!one.seen.whole || status < 400 || status >= 500 || status == 408 || status == 429) return;
    ids_.emplace(one.seen.target, one.seen.id);
    for (const auto& alert : one.alerts)
      if (alert.firing) beginnings_.emplace(one.seen.target, alert.fingerprint);
  }
  bool has_beginning(const OfTarget& fingerprint) const {
    return beginnings_.contains(fingerprint);
  }
  // Whether this one was refused before. If so, the newer ones of its group are news again.
  bool is_taken_after_all(const Told& one, const std::vector<Told>& told,
                          std::set<OfTarget>& known) const {
    if (!ids_.contains({one.seen.target, one.seen.id})) return false;
    for (const auto& newer : told) {
      if (newer.seen.target == one.seen.target && newer.seen.group_key == one.seen.group_key &&
          newer.seen.offset > one.seen.offset)
        known.erase({newer.seen.target, newer.seen.id});
    }
    return true;
  }

 private:
  std::set<OfTarget> ids_, beginnings_;
};

}  // namespace

std::vector<std::string> replaced_by(const Told& told) {
  std::vector<std::string> ids;
  const std::string_view headers = told.seen.headers;
  auto at = headers.find("Alarum-Replaces:");
  if (at == std::string_view::npos) return ids;
  for (at = headers.find("ntf-", at); at < headers.find('\n', headers.find("Alarum-Replaces:"));
       at = headers.find("ntf-", at + 1))
    ids.emplace_back(headers.substr(at, headers.find_first_of(", \r\n", at) - at));
  return ids;
}

namespace {

using Json = simdjson::dom::element;

// "": it is not there, or no text.
std::string text_of(const Json& json, std::string_view name) {
  std::string_view text;
  return json[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
bool has(const Json& json, std::string_view name) {
  return json[name].error() == simdjson::SUCCESS;
}

// `offsets 3 to 4 cannot be read`, `the rules 0efc… are gone`: the first of what the line names, or
// of what was decided by those rules.
std::optional<model::Offset> damaged_from(const std::string& line, const History& history) {
  constexpr std::string_view kOffsets = "offsets ", kRules = "the rules ";
  if (line.find("the replay went over damage") == line.npos) return std::nullopt;
  model::Offset from = 0;
  if (const auto at = line.find(kOffsets); at != line.npos) {
    const auto* begin = line.data() + at + kOffsets.size();
    if (std::from_chars(begin, line.data() + line.size(), from).ec == std::errc()) return from;
  }
  const auto at = line.find(kRules);
  if (at == line.npos) return std::nullopt;
  const auto hash = line.substr(at + kRules.size(), 64);
  for (const auto& record : history.records) {
    const auto* reload = std::get_if<model::Reload>(&record.payload);
    if (reload && reload->hash == hash) return record.offset;
  }
  return std::nullopt;
}

model::Labels labels_in(const Json& json) {
  model::Labels out;
  simdjson::dom::object members;
  if (json["labels"].get(members) != simdjson::SUCCESS) return out;
  for (const auto& [name, value] : members) {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS)
      out.insert_or_assign(std::string(name), std::string(text));
  }
  return out;
}

ToldAlert alert_in(const Json& json) {
  ToldAlert told;
  told.labels = labels_in(json);
  if (has(json, "labels")) told.fingerprint = hex64(model::fingerprint(told.labels));
  if (const auto name = told.labels.find("alertname"); name != told.labels.end())
    told.name = name->second;
  if (has(json, "fingerprint")) told.fingerprint = text_of(json, "fingerprint");
  told.id = text_of(json, "id");
  if (has(json, "alertname")) told.name = text_of(json, "alertname");
  if (has(json, "status"))
    told.firing = text_of(json, "status") == "firing";
  else if (has(json, "firing"))
    told.firing = text_of(json, "firing") == "true";
  else
    told.firing = !has(json, "endsAt");
  return told;
}

// A power cut puts the book back: what it had that no record makes again is gone.
bool was_cut(const std::vector<Incarnation>& incarnations, std::size_t from, std::size_t to) {
  using End = Incarnation::End;
  for (auto at = from; at < to && at < incarnations.size(); ++at) {
    if (const auto end = incarnations[at].end; end == End::power_cut || end == End::start_crashed)
      return true;
  }
  return false;
}

// From which record on a start made its notifications under ids of their own, for the replay was
// not what was lived: what was sent of these before does not bind it.
std::optional<model::Offset> told_anew_from(const Incarnation& run) {
  constexpr std::string_view kFrom = "from=";
  for (const auto& line : run.said) {
    const auto at = line.find(kFrom);
    if (at == line.npos || line.find(engine::kNotifiedAgain) == line.npos) continue;
    model::Offset from = 0;
    const auto* begin = line.data() + at + kFrom.size();
    if (std::from_chars(begin, line.data() + line.size(), from).ec == std::errc()) return from;
  }
  return std::nullopt;
}

// Since it was sent a start has told of its record anew.
bool is_told_anew(const Told& told, std::size_t now, const std::vector<Incarnation>& incarnations) {
  for (auto at = told.seen.incarnation + 1; at <= now && at < incarnations.size(); ++at) {
    const auto from = told_anew_from(incarnations[at]);
    if (told.outbox && from && *from <= told.seen.offset) return true;
  }
  return false;
}

// A start that lost the record of an alert's end, and has events that came after it, says that the
// alert fires on. The notification of the end may still be under way then.
bool fires_on(const ToldAlert& alert, const Told& end, std::size_t now,
              const std::vector<Incarnation>& incarnations) {
  for (auto at = end.seen.incarnation; at <= now && at < incarnations.size(); ++at) {
    for (const auto& line : incarnations[at].said) {
      if (line.find("alerts fire on whose end") == std::string::npos) continue;
      // Of many only the first are named.
      if (line.find(alert.id) != std::string::npos || line.find(" more\"") != std::string::npos)
        return true;
    }
  }
  return false;
}

bool crashed_before(const std::vector<Incarnation>& incarnations, std::size_t now) {
  const auto before = std::span(incarnations).first(std::min(now, incarnations.size()));
  return std::ranges::any_of(before, [](const Incarnation& one) { return !one.in_order; });
}

}  // namespace

std::vector<ToldAlert> alerts_in(std::string_view body, std::string_view /*headers*/) {
  static simdjson::dom::parser parser;  // its buffers are kept: one thread
  std::vector<ToldAlert> out;
  Json json, inner;
  if (parser.parse(body.data(), body.size()).get(json) != simdjson::SUCCESS) return out;
  if (has(json, "specversion")) {
    if (json["data"].get(inner) != simdjson::SUCCESS) return out;
    json = inner;
  }
  if (json["alerts"].get(inner) == simdjson::SUCCESS) json = inner;
  simdjson::dom::array all;
  if (json.get(all) != simdjson::SUCCESS) return out;
  for (const auto one : all) {
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
    using Kind = model::Change::Kind;
    const bool reminds = change.kind == Kind::reminded || change.kind == Kind::unconfirmed;
    const auto& alert = change.alert;
    out.push_back({alert.id, hex64(model::fingerprint(alert.labels)),
                   name == alert.labels.end() ? "" : name->second, alert.labels,
                   alert.state == model::AlertState::firing, reminds,
                   alert.reason == model::EndReason::lost, alert.opened_by});
  }
  return out;
}

Told told_of(const Seen& seen, std::size_t quiet, std::vector<ToldAlert> alerts) {
  return {seen, std::move(alerts), seen.headers.find("Alarum-Replaces") != std::string::npos,
          seen.sequence < (std::uint64_t{1} << 63), quiet};
}

void pass_over_forgotten(std::vector<Told>& told, const History::Forgotten& forgotten) {
  const auto is_forgotten = [&](const Told& one) {
    return one.seen.incarnation < forgotten.incarnation && one.seen.offset >= forgotten.from;
  };
  // By target and fingerprint: whether the newest that was told by the outbox is forgotten.
  std::map<std::pair<std::string, std::string>, bool> newest;
  for (auto& one : told) {
    if (one.outbox) {
      for (const auto& alert : one.alerts)
        if (is_received(one)) newest[{one.seen.target, alert.fingerprint}] = is_forgotten(one);
    } else if (one.seen.incarnation < forgotten.incarnation) {
      std::erase_if(one.alerts, [&](const ToldAlert& alert) {
        const auto found = newest.find({one.seen.target, alert.fingerprint});
        return found != newest.end() && found->second;
      });
    }
  }
  std::erase_if(told, is_forgotten);
}

Violations check_bodies(const std::vector<Told>& told, std::size_t from) {
  Violations out;
  for (const auto& one : std::span(told).subspan(from)) {
    // A card for people names no alert in a way that a program reads.
    if (one.seen.facts.empty() || one.merged ||
        one.seen.target.find("/feishu/") != std::string::npos)
      continue;
    const auto said = alerts_in(one.seen.body, one.seen.headers);
    std::multiset<std::pair<std::string, bool>> is, should;
    for (const auto& alert : said) is.emplace(alert.fingerprint, alert.firing);
    for (const auto& alert : one.alerts) should.emplace(alert.fingerprint, alert.firing);
    if (one.seen.whole && is != should)
      out.push_back(fmt::format("notification {} to {} does not say what it was made of: {}",
                                one.seen.id, one.seen.target, one.seen.body));
  }
  return out;
}

Violations check_once(const std::vector<Told>& told, const Recorded& recorded, bool damaged,
                      const std::vector<Incarnation>& incarnations) {
  Violations out;
  std::map<std::pair<std::string, std::string>, const Told*> bodies, taken;
  for (const auto& one : told) {
    const auto& seen = one.seen;
    if (!one.outbox || !seen.whole) continue;
    const std::pair name{seen.target, seen.id};
    const auto [body, fresh] = bodies.try_emplace(name, &one);
    if (!fresh && body->second->seen.body != seen.body) {
      out.push_back(fmt::format("notification {} to {} came with two bodies: {}", seen.id,
                                seen.target, difference(body->second->seen.body, seen.body)));
    }
    // Of what is damaged the book is all that knows: the end may have come before it did, and a
    // power cut may put it back.
    const auto receipt = recorded.find(name);
    const bool known = receipt != recorded.end() && receipt->second < seen.incarnation;
    const auto lost = [&](std::size_t since) {
      const bool early = since < incarnations.size() && !incarnations[since].in_order;
      return damaged && (early || was_cut(incarnations, since, seen.incarnation));
    };
    if (known && !lost(receipt->second)) {
      out.push_back(fmt::format(
          "notification {} was sent to {} again, and the journal has that it was delivered",
          seen.id, seen.target));
    }
    if (!is_received(one) || seen.reached != Reached::answered) continue;
    const auto [before, first] = taken.try_emplace(name, &one);
    const auto earlier = before->second->seen.incarnation;
    if (!first && earlier == seen.incarnation) {
      out.push_back(fmt::format("notification {} was delivered to {} twice within one start",
                                seen.id, seen.target));
    }
    const bool in_order = earlier < seen.incarnation && earlier < incarnations.size() &&
                          incarnations[earlier].in_order;
    if (!first && in_order && !(damaged && was_cut(incarnations, earlier, seen.incarnation))) {
      out.push_back(fmt::format("notification {} was delivered to {} again after a stop in order",
                                seen.id, seen.target));
    }
    before->second = &one;
  }
  return out;
}

Violations check_given_up(const std::vector<GivenUp>& dead, Duration max_age) {
  // docs/delivery.md; the last two are feishu's words for a target that was asked too often.
  static const std::set<std::string, std::less<>> again{"408", "425", "429", "code 11232",
                                                        "code 99991400"};
  static const std::set<std::string, std::less<>> for_good{"max_age", "target_gone",
                                                           "forbidden_address"};
  Violations out;
  for (const auto& one : dead) {
    const auto why =
        std::string_view(one.why).substr(0, one.why.find(" in ntf-"));  // what it was part of
    const bool status = why.size() == 3 && std::ranges::all_of(why, is_digit);
    const bool refused =
        (status && (why.front() == '3' || why.front() == '4')) || why.find("code ") != why.npos;
    if (again.contains(why) || (!refused && !for_good.contains(why)))
      out.push_back(
          fmt::format("{} to {} was given up after {}, which passes", one.id, one.target, one.why));
    if (why == "max_age" && one.waited < max_age)
      out.push_back(fmt::format("{} to {} was given up as too old after {}", one.id, one.target,
                                format_duration(one.waited)));
  }
  return out;
}

namespace {

using Nanoseconds = std::chrono::nanoseconds;

std::string seconds_of(Nanoseconds time) {
  return fmt::format("{:.3f} s", std::chrono::duration<double>(time).count());
}

// docs/delivery.md: 1 s, doubled with each attempt, up to 5 minutes.
Nanoseconds longest_backoff(unsigned attempts) {
  return std::min<Nanoseconds>(std::chrono::seconds(1U << std::min(attempts - 1, 10U)),
                               std::chrono::minutes(5));
}

Nanoseconds wait_of(const Asked& one) {
  return std::min<Nanoseconds>(one.wait, std::chrono::hours(1));
}

// When the bridge knew of each 429 of a target, and until when that lets it be asked nothing; by
// when it knew: requests that flew together are not answered in their order.
std::vector<std::pair<Nanoseconds, Nanoseconds>> pauses_of(const std::vector<Asked>& asked,
                                                           const std::vector<std::size_t>& line) {
  std::vector<std::pair<Nanoseconds, Nanoseconds>> pauses;
  for (const auto at : line) {
    const auto& one = asked[at];
    if (one.known && one.status == 429) pauses.emplace_back(*one.known, *one.known + wait_of(one));
  }
  std::ranges::sort(pauses);
  return pauses;
}

}  // namespace

Violations check_waits(const std::vector<Asked>& asked, const std::vector<Stall>& stalls) {
  // A target that is down is asked every 15 s, a rate limit opens within a minute, and whoever is
  // asked answers within 10 s or does not.
  constexpr Nanoseconds kElse = std::chrono::minutes(2);
  Violations out;
  // By incarnation and target: its requests
  std::map<std::pair<std::size_t, std::string>, std::vector<std::size_t>> lines;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (asked[i].outbox) lines[{asked[i].incarnation, asked[i].target}].push_back(i);
  }
  for (const auto& [name, line] : lines) {
    unsigned count = 0;  // no notification was tried more often, whatever it was part of
    const auto pauses = pauses_of(asked, line);
    for (auto at = line.begin(); at != line.end(); ++at) {
      const auto& one = asked[*at];
      ++count;
      if (!one.known || one.taken) continue;
      const auto wait = wait_of(one);
      const auto next = std::lower_bound(at, line.end(), one.known_before);
      const auto again =
          std::find_if(next, line.end(), [&](auto other) { return asked[other].id == one.id; });
      const auto first = one.status == 429 ? next : again;
      if (first != line.end() && asked[*first].begun < *one.known + wait) {
        out.push_back(fmt::format("{} was asked for {} after {}, and had said {} with {} to {}",
                                  one.target, asked[*first].id,
                                  seconds_of(asked[*first].begun - *one.known), one.status,
                                  seconds_of(wait), one.id));
      }
      // What was merged, was buried, or has no target any more comes never again.
      if (again == line.end()) continue;
      auto due = *one.known + std::max(wait, longest_backoff(count)) + kElse;
      for (const auto& [from, until] : pauses) {
        if (from <= due) due = std::max(due, until + kElse);
      }
      const auto begun = asked[*next].begun;
      if (begun > due + stalled(stalls, *one.known, begun)) {
        out.push_back(fmt::format("{} was asked nothing for {} after {} was not taken", one.target,
                                  seconds_of(begun - *one.known), one.id));
      }
    }
  }
  return out;
}

Violations check_over(const std::vector<Told>& told, const std::vector<Quiet>& quiet,
                      const std::vector<Incarnation>& incarnations) {
  Violations out;
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& one : told) {
    for (auto& id : replaced_by(one)) known.emplace(one.seen.target, std::move(id));
    if (!one.outbox || one.merged || !known.emplace(one.seen.target, one.seen.id).second) continue;
    const auto is_before = [&](const Quiet& moment) {
      return one.seen.offset < moment.end && moment.incarnation < one.seen.incarnation &&
             !was_cut(incarnations, moment.incarnation, one.seen.incarnation);
    };
    if (std::ranges::any_of(quiet, is_before)) {
      out.push_back(fmt::format("{} was told by {} of offset {}, which was over before the start",
                                one.seen.target, one.seen.id, one.seen.offset));
    }
  }
  return out;
}

Violations check_order(const std::vector<Told>& told, const std::set<std::string>& lossy,
                       const std::vector<Incarnation>& incarnations) {
  Violations out;
  std::size_t incarnation = 0;
  std::set<std::pair<std::string, std::string>> known;
  std::map<std::pair<std::string, std::string>, const Told*> newest;  // by target and group
  struct State {
    bool firing = false;
    const Told* by = nullptr;
  };
  std::map<std::pair<std::string, std::string>, State> firing;  // by target and alert
  // By target and fingerprint: a receiver tells alerts apart by their labels. One whose end was
  // kept back from it is over there once another of its labels is.
  std::map<std::pair<std::string, std::string>, bool> shown;
  // By target and group: fingerprints
  std::map<std::pair<std::string, std::string>, std::set<std::string>> told_in;
  // By target: a digest does not say which groups its alerts are of.
  std::map<std::string, std::vector<const ToldAlert*>> digested;
  Refused refused;
  bool after_cut = false;
  for (const auto& one : told) {
    refused.note(one);
    if (!is_received(one)) continue;
    // A receiver that remembers ids passes it over
    if (one.outbox && !known.emplace(one.seen.target, one.seen.id).second) continue;
    const bool refused_before = refused.is_taken_after_all(one, told, known);
    if (was_cut(incarnations, std::exchange(incarnation, one.seen.incarnation),
                one.seen.incarnation)) {
      newest.clear(), firing.clear(), shown.clear(), told_in.clear(), digested.clear();
      after_cut = true;
    }
    if (is_old_news(one, known)) continue;
    for (auto& id : replaced_by(one)) known.emplace(one.seen.target, std::move(id));
    if (one.outbox && !one.merged) {
      auto& before = newest[{one.seen.target, one.seen.group_key}];
      if (before && before->seen.offset > one.seen.offset && !refused_before &&
          !is_told_anew(*before, one.seen.incarnation, incarnations)) {
        out.push_back(fmt::format("{} was told of offset {} after {} in group {}", one.seen.target,
                                  one.seen.offset, before->seen.offset, one.seen.group_key));
      }
      before = &one;
    }
    // An end that is told to who never heard of its beginning: as in Alertmanager, of a group of
    // several that was notified before.
    auto& before_it = digested[one.seen.target];
    auto& prints = told_in[{one.seen.target, one.seen.group_key}];
    for (const auto& alert : one.alerts) {
      if (one.merged)
        before_it.push_back(&alert);
      else
        prints.insert(alert.fingerprint);
    }
    const bool after_crash = crashed_before(incarnations, one.seen.incarnation);
    const auto is_known = [&](const ToldAlert& alert) {
      const auto same = shown.find({one.seen.target, alert.fingerprint});
      return alert.firing || (alert.lost && after_crash) || (same != shown.end() && same->second) ||
             firing.contains({one.seen.target, alert.id}) ||
             refused.has_beginning({one.seen.target, alert.fingerprint});
    };
    const auto is_another = [&](const ToldAlert* alert) {
      return !prints.contains(alert->fingerprint) && fits_group_of(one, *alert);
    };
    const bool certain = !after_cut && !lossy.contains(one.seen.target);
    if (certain && !one.alerts.empty() && !one.merged && prints.size() == 1 &&
        std::ranges::none_of(one.alerts, is_known) && std::ranges::none_of(before_it, is_another)) {
      out.push_back(fmt::format(
          "{} was told by {} of offset {} that {} {} ended, and "
          "never that it fired",
          one.seen.target, one.seen.id, one.seen.offset, one.alerts[0].name, one.alerts[0].id));
    }
    for (const auto& alert : one.alerts) {
      shown[{one.seen.target, alert.fingerprint}] = alert.firing;
      if (alert.id.empty()) continue;
      auto& state = firing.try_emplace({one.seen.target, alert.id}, true, &one).first->second;
      const bool over =
          !state.firing && !is_told_anew(*state.by, one.seen.incarnation, incarnations);
      if (over && alert.firing && !refused_before &&
          !fires_on(alert, *state.by, one.seen.incarnation, incarnations)) {
        out.push_back(fmt::format("{} was told that {} {} fires after it was told of its end",
                                  one.seen.target, alert.name, alert.id));
      }
      state = {alert.firing, &one};
    }
  }
  return out;
}

Violations check_reminders(const std::vector<Notified>& notified, const AlertsKnown& known,
                           const std::vector<model::Record>& records, Duration most) {
  Violations out;
  std::map<std::string_view, model::Offset> ends;
  for (const auto& alert : known.ended) ends[alert.id] = alert.changed_by;
  for (const auto& one : notified) {
    const auto end = ends.find(one.alert_id);
    for (const auto offset : one.by) {
      const auto record = std::ranges::lower_bound(records, offset, {}, &model::Record::offset);
      if (record == records.end()) continue;
      const auto due = std::ranges::lower_bound(record, records.end(), record->at + most, {},
                                                &model::Record::at);
      if (due == records.end() || (end != ends.end() && end->second <= due->offset)) continue;
      const auto next = one.by.upper_bound(offset);
      if (next != one.by.end() && *next <= due->offset) continue;
      out.push_back(fmt::format("{} was told of {} by offset {}, and no reminder came by offset {}",
                                one.target, one.alert_id, offset, due->offset));
    }
  }
  return out;
}

Violations check_too_soon(const std::vector<Told>& told, const std::vector<model::Record>& records,
                          Duration repeat, const std::vector<Incarnation>& incarnations) {
  Violations out;
  // By target and group
  std::map<std::pair<std::string, std::string>, std::map<model::Offset, const Told*>> groups;
  for (const auto& one : told) {
    if (one.outbox && !one.merged && !one.alerts.empty())
      groups[{one.seen.target, one.seen.group_key}].emplace(one.seen.offset, &one);
  }
  for (const auto& [name, messages] : groups) {
    std::optional<Time> before;   // the message before was made then, or later
    std::size_t incarnation = 0;  // that sent it
    for (const auto& [offset, one] : messages) {
      const auto record = std::ranges::lower_bound(records, offset, {}, &model::Record::offset);
      if (record == records.begin() || record == records.end()) continue;
      const auto sent_by = std::exchange(incarnation, one->seen.incarnation);
      if (was_cut(incarnations, sent_by, incarnation)) before.reset();
      if (one->alerts.front().reminds && before && record->at < *before + repeat) {
        out.push_back(fmt::format(
            "{} was reminded by {} of offset {} after {}, and the repeat_interval is {}",
            one->seen.target, one->seen.id, offset, format_duration(record->at - *before),
            format_duration(repeat)));
      }
      before = std::prev(record)->at;
    }
  }
  return out;
}

Violations check_silenced(const std::vector<Told>& told, const std::vector<model::Record>& records,
                          const std::vector<Unreadable>& lost) {
  Violations out;
  const auto is_lost = [&](model::Offset offset) {
    return std::ranges::any_of(
        lost, [&](const auto& one) { return one.from <= offset && offset < one.to; });
  };
  // With the record that set it
  std::map<std::string, std::pair<model::Silence, model::Offset>> silences;
  std::map<std::string, model::Offset> expired;
  std::map<model::Offset, const model::Record*> by_offset;
  for (const auto& record : records) {
    by_offset[record.offset] = &record;
    if (const auto* set = std::get_if<model::SetSilence>(&record.payload);
        set && !is_lost(record.offset)) {
      const auto silence = model::parse_silence(set->silence);
      if (!silence)
        return {"a silence that the journal holds cannot be read: " + silence.error().message};
      if (!silences.contains(silence->id)) silences[silence->id] = {*silence, record.offset};
      // Changed later: of what is not known here
      else
        silences[silence->id].second = ~model::Offset{0};
    }
    if (const auto* end = std::get_if<model::ExpireSilence>(&record.payload))
      expired.try_emplace(end->id, record.offset);
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
      if (silence.until_resolved || offset >= one.seen.offset ||
          (end != expired.end() && end->second <= one.seen.offset))
        continue;
      if (silence.starts_at > std::min(from, to) || silence.ends_at <= std::max(from, to)) continue;
      for (const auto& alert : one.alerts) {
        if (silence.matches(alert.labels))
          out.push_back(fmt::format("{} was told of {} {} by offset {}, although silence {} holds",
                                    one.seen.target, alert.name, alert.id, one.seen.offset, id));
      }
    }
  }
  return out;
}

Violations check_inhibited(const std::vector<Told>& told, const AlertsKnown& known,
                           const Inhibits& inhibits) {
  Violations out;
  const auto keeper_of = [&](const ToldAlert& alert, model::Offset at) -> const model::Alert* {
    for (const auto* alerts : {&known.firing, &known.ended}) {
      for (const auto& source : *alerts) {
        const bool fired_then =
            source.opened_by < at && (alerts == &known.firing || source.changed_by > at);
        if (fired_then && source.id != alert.id && inhibits(source.labels, alert.labels))
          return &source;
      }
    }
    return nullptr;
  };
  for (const auto& one : told) {
    if (one.merged || !one.outbox) continue;
    for (const auto& alert : one.alerts) {
      const auto* by = alert.firing ? keeper_of(alert, one.seen.offset) : nullptr;
      if (by)
        out.push_back(fmt::format("{} was told of {} {} by offset {}, although {} kept it back",
                                  one.seen.target, alert.name, alert.id, one.seen.offset,
                                  shown(*by)));
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

bool is_untraceable(const Told& told, const ToldAlert& alert, const History& history,
                    const std::set<std::string>& in_book) {
  if (alert.id.empty() || in_book.contains(alert.id)) return false;
  const auto& runs = history.incarnations;
  const auto by = told.seen.incarnation;
  for (auto at = by + 1; at < runs.size(); ++at) {
    if (runs[by].in_order && !was_cut(runs, by, at)) continue;
    for (const auto& line : runs[at].said) {
      const auto from = damaged_from(line, history);
      if (from && *from <= alert.opened_by) return true;
    }
  }
  return false;
}

Violations check_receivers(const std::vector<Told>& told,
                           const std::vector<ExpectedTargets>& targets, const AlertsKnown& known,
                           const std::vector<Excuse>& excuses, const NothingTells& nothing_tells) {
  Violations out;
  struct State {
    bool firing = false, untraceable = false;
    std::set<std::string> ids;      // that were told under this fingerprint
    std::string name, by;           // of the newest: the alert's, the notification's
    std::optional<ToldAlert> told;  // the newest with an id
  };
  std::map<std::string, std::map<std::string, State>> states;  // by target and fingerprint
  std::set<std::pair<std::string, std::string>> seen;
  Refused refused;
  for (const auto& one : told) {
    refused.note(one);
    if (!is_received(one) || (one.outbox && !seen.emplace(one.seen.target, one.seen.id).second))
      continue;
    refused.is_taken_after_all(one, told, seen);
    if (is_old_news(one, seen)) continue;
    for (auto& id : replaced_by(one)) seen.emplace(one.seen.target, std::move(id));
    for (const auto& alert : one.alerts) {
      auto& state = states[one.seen.target][alert.fingerprint];
      state.firing = alert.firing, state.ids.insert(alert.id),
      state.name = alert.name + ' ' + alert.id, state.by = one.seen.id;
      // What is sent again has no id: it is of the alert of which the notification before told.
      if (!alert.id.empty()) state.told = alert;
      state.untraceable =
          alert.firing && state.told && nothing_tells && nothing_tells(one, *state.told);
    }
  }
  std::set<std::string> firing;
  for (const auto& alert : known.firing) firing.insert(hex64(model::fingerprint(alert.labels)));
  // What fires is sent again without ids: it is of the alerts that have these labels now. Of a
  // severity that rules changed meanwhile nothing else need have told.
  for (const auto* alerts : {&known.firing, &known.ended}) {
    for (const auto& alert : *alerts) {
      const auto print = hex64(model::fingerprint(alert.labels));
      for (auto& [target, knows] : states) {
        const auto found = knows.find(print);
        if (found != knows.end() && found->second.ids.contains(""))
          found->second.ids.insert(alert.id);
      }
    }
  }
  const auto is_excused = [&](const std::string& target, const std::string& alert) {
    return std::ranges::any_of(excuses, [&](const auto& one) {
      return one.alert_id == alert && is_of(target, one.receiver);
    });
  };
  for (const auto& target : targets) {
    const auto& knows = states[target.target];
    for (const auto& [print, id] : target.firing) {
      const auto found = knows.find(print);
      if ((found == knows.end() || !found->second.firing) && !is_excused(target.target, id))
        out.push_back(
            fmt::format("{} fires, and {} does not know it", name_of(known, id), target.target));
    }
    for (const auto& [print, state] : knows) {
      if (!state.firing || !target.is_told_ends || firing.contains(print) || state.untraceable)
        continue;
      if (std::ranges::none_of(state.ids,
                               [&](const auto& id) { return is_excused(target.target, id); }))
        out.push_back(fmt::format("{} is over, and for {} it fires, by {}", state.name,
                                  target.target, state.by));
    }
  }
  return out;
}

}  // namespace alarum::simulation
