#include "tools/remembered.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace alarum::tools {
namespace {

using rules::Condition;
using Look = correlate::Correlator::Look;

constexpr std::size_t kMostTimes = 20;  // times of matches that a text lists at most

std::string listed(const std::vector<Time>& times) {
  std::string text;
  for (std::size_t i = 0; i < std::min(times.size(), kMostTimes); ++i)
    text += (i ? ", " : "") + format_rfc3339(times[i]);
  return times.size() > kMostTimes ? text + fmt::format(" and {} more", times.size() - kMostTimes)
                                   : text;
}

// The state of one rule for one key, after one event.
class Teller {
 public:
  Teller(const engine::Engine& engine, const rules::Rule& rule, const RuleVerdict& verdict,
         Time when, std::string key)
      : engine_(engine),
        rule_(rule),
        verdict_(verdict),
        when_(when),
        out_{rule.alert, std::move(key), {}, {}} {}

  /// `changed`: the event did something to an alert of this key. `parts`: of how many of its parts
  /// it ended the alerts.
  Remembered tell(bool changed, std::size_t parts) {
    if (parts > 0) {
      say(fmt::format("an end of the whole: ends {} of its parts", parts));
      return std::move(out_);
    }
    const auto waits = engine_.delay().all().find({rule_.alert, out_.key});
    const bool waiting = waits != engine_.delay().all().end();
    // What is put off was annulled when it was due, and is remembered all the same.
    for (const auto& one : engine_.annulments().noted()) {
      if (waiting) break;
      if (one.group_key != rule_.alert + '{' + out_.key + '}') continue;
      say(fmt::format("annulled by {} (alert {}): counts for nothing while that fires",
                      one.by.front(), one.alert_id));
      return std::move(out_);
    }
    const auto look = looked();
    if (look && !look->last && rule_.condition == Condition::sequence)
      sequence(*look);
    else if (look && look->last)
      absence(*look);
    else if (look)
      window(*look);
    if (!look && rule_.condition != Condition::each)
      nothing();
    else if (!look && !waiting)
      plain(changed);
    if (waiting && waits->second.due == correlate::ForTimer::kPutOff)
      put_off();
    else if (waiting)
      wait(waits->second.due);
    roll_ups();
    return std::move(out_);
  }

 private:
  // Whether its alert joined a roll-up, or waits for one.
  void roll_ups() {
    const auto live = engine_.active_alerts().all().find({rule_.alert, out_.key});
    if (live == engine_.active_alerts().all().end()) return;
    const auto& alert = live->second.alert;
    for (const auto& one : engine_.gathering().memberships(alert)) {
      say(fmt::format("member of {}{{{}}} since {}{}", one.roll_up.first, one.roll_up.second,
                      format_rfc3339(one.since - engine_.ahead()),
                      one.absorbed ? "" : ", and notified by itself"));
    }
    for (const auto& rule : alert.waiting)
      say(fmt::format("waits until it is known whether {} fires", rule));
  }

  // What is remembered, by the wall clock.
  std::optional<Look> looked() const {
    auto look = engine_.correlator().look(rule_.alert, out_.key);
    if (!look) return look;
    for (auto& match : look->matches) match.when -= engine_.ahead();
    for (auto* time : {&look->firing_until, &look->last, &look->due}) {
      if (*time) **time -= engine_.ahead();
    }
    return look;
  }

  void say(const std::string& text) { out_.says += (out_.says.empty() ? "" : "; ") + text; }

  void window(const Look& look) {
    std::set<std::uint64_t> values;
    for (const auto& match : look.matches) {
      if (match.when <= when_ - rule_.within || match.when > when_) continue;
      out_.matches.push_back(match.when);
      values.insert(match.id);
    }
    const bool distinct = rule_.condition == Condition::distinct;
    const auto have = distinct                         ? values.size()
                      : rule_.apart > Duration::zero() ? apart(out_.matches)
                                                       : out_.matches.size();
    const auto what = distinct ? "different " + shown_path(rule_.distinct)
                      : rule_.apart > Duration::zero()
                          ? fmt::format("matches more than {} apart", format_duration(rule_.apart))
                          : std::string("matches");
    say(fmt::format("{} of {} {} within {}{}{}", have, rule_.threshold, what,
                    format_duration(rule_.within), have ? ", at " : "", listed(out_.matches)));
    if (look.firing_until)
      return say(
          fmt::format("fires, until {} if nothing more comes", format_rfc3339(*look.firing_until)));
    if (have == 0 || have >= rule_.threshold) return;
    say(fmt::format("{} more before {} would fire", rule_.threshold - have,
                    format_rfc3339(out_.matches.front() + rule_.within)));
  }

  // How many of them count, from the newest back.
  std::size_t apart(const std::vector<Time>& times) const {
    std::size_t n = 0;
    std::optional<Time> last;
    for (auto at = times.rbegin(); at != times.rend(); ++at) {
      if (last && *last - *at <= rule_.apart) continue;
      last = *at;
      ++n;
    }
    return n;
  }

  void sequence(const Look& look) {
    std::string steps;
    for (const auto& match : look.matches) {
      out_.matches.push_back(match.when);
      if (out_.matches.size() <= kMostTimes)
        steps += fmt::format("{}step {} at {}", steps.empty() ? "" : ", ", match.step + 1,
                             format_rfc3339(match.when));
    }
    say(fmt::format("of {} steps within {}: {}", rule_.steps.size(), format_duration(rule_.within),
                    steps.empty() ? "none" : steps));
    if (look.due) say(fmt::format("judged at {}", format_rfc3339(*look.due)));
  }

  void absence(const Look& look) {
    say(fmt::format("last event at {}", format_rfc3339(*look.last)));
    if (look.due)
      say(fmt::format("missed at {} if nothing more comes", format_rfc3339(*look.due)));
    else
      put_off();
  }

  void wait(Time due) {
    const auto annulled = rule_.unless.empty() ? ""
                                               : fmt::format(", or {} fires for it then",
                                                             fmt::join(rule_.unless, " or "));
    say(fmt::format("waits for {}: fires at {} unless it ends before{}",
                    format_duration(rule_.delay), format_rfc3339(due - engine_.ahead()), annulled));
  }

  void put_off() {
    const auto* by = engine_.annulments().put_off_by({rule_.alert, out_.key});
    if (by)
      say(fmt::format(
          "put off by {}{{{}}}: judged again {} after that has ended", by->first, by->second,
          format_duration(rule_.condition == Condition::absent ? rule_.absent : rule_.delay)));
  }

  void plain(bool changed) {
    if (changed) return;
    if (verdict_.has(model::Role::match))
      say("does not fire: its recovery had come before");
    else if (verdict_.has(model::Role::until))
      say("ends nothing: no alert of this key fires, or it is younger than this end");
  }

  void nothing() {
    if (engine_.correlator().degraded().contains(rule_.alert))
      say(fmt::format("not remembered: the rule has its max_keys of {} keys", rule_.max_keys));
    else if (rule_.expect)
      say("not waited for: it is not in table " + rule_.expect->name);
    else if (verdict_.has(model::Role::until))
      say("ends nothing: nothing of this key is remembered");
    else
      say("does not count: it is older than what the rule still looks at, or has no value to "
          "count");
  }

  const engine::Engine& engine_;
  const rules::Rule& rule_;
  const RuleVerdict& verdict_;
  const Time when_;
  Remembered out_;
};

bool is_part(const std::string& part, const std::string& whole) {
  return !whole.empty() && part.starts_with(correlate::parts_of(whole));
}

bool only_annotates(const RuleVerdict& verdict) {
  return std::ranges::all_of(verdict.hits,
                             [](const auto& hit) { return hit.role == model::Role::annotate; });
}

}  // namespace

std::vector<Remembered> remembered(const engine::Engine& engine,
                                   const std::vector<RuleVerdict>& verdicts,
                                   const model::Record& record,
                                   const std::vector<model::Change>& changes) {
  const auto& event = std::get<model::Event>(record.payload);
  const auto& rules = engine.generation()->rules();
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules, flat);
  const auto when = engine.reading().when - record.ahead;
  std::vector<Remembered> out;
  for (const auto& verdict : verdicts) {
    if (only_annotates(verdict)) continue;
    const auto& rule = rules.rules[verdict.rule];
    std::size_t missing = 0, dropped = 0;
    for (auto& key : correlate::keys_of(rule, flat, missing, dropped)) {
      const bool changed = std::ranges::any_of(changes, [&](const auto& change) {
        return change.alert.rule == rule.alert && change.alert.key == key.text;
      });
      const auto ended = std::ranges::count_if(changes, [&](const auto& change) {
        return change.kind == model::Change::Kind::resolved && change.alert.rule == rule.alert &&
               is_part(change.alert.key, key.text);
      });
      const bool of_whole = verdict.has(model::Role::until);
      auto one = Teller(engine, rule, verdict, when, std::move(key.text))
                     .tell(changed, of_whole ? static_cast<std::size_t>(ended) : 0);
      if (!one.says.empty()) out.push_back(std::move(one));
    }
  }
  return out;
}

std::string remembered_text(const std::vector<Remembered>& all) {
  std::string text;
  for (const auto& one : all)
    text += fmt::format("  = {}{{{}}}: {}\n", one.alert, one.key, one.says);
  return text;
}

std::string remembered_json(const std::vector<Remembered>& all) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : all) {
    nlohmann::ordered_json json{{"alert", one.alert}, {"key", one.key}, {"says", one.says}};
    for (const auto when : one.matches) json["matches"].push_back(format_rfc3339(when));
    list.push_back(std::move(json));
  }
  return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace alarum::tools
