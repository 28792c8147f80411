#include "tests/simulation/model.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace alarum::simulation {
namespace {

constexpr Duration kLateness = std::chrono::minutes(2);
// Event times further ahead of the arrival say more than the model understands
constexpr Duration kMuchTooEarly = kLateness;

unsigned rank_of(const std::string& severity) {
  constexpr std::array<std::string_view, 5> kWords{"info", "warning", "minor", "major", "critical"};
  return static_cast<unsigned>(std::ranges::find(kWords, severity) - kWords.begin()) + 1;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// Of `a,b,c`: `a` and `a,b`. The values of the catalogue need no escapes.
std::vector<std::string> wholes_of(const std::string& key) {
  std::vector<std::string> wholes;
  for (auto at = key.find(','); at != std::string::npos; at = key.find(',', at + 1))
    wholes.push_back(key.substr(0, at));
  return wholes;
}

std::string key_of(const SimpleRule& rule, const model::Event& event) {
  std::string key;
  for (const auto& [label, path] : rule.by) {
    const auto value = path.starts_with("data.") ? member_of(event.data(), path.substr(5))
                       : event.subject().empty() ? std::nullopt
                                                 : std::optional(std::string(event.subject()));
    if (value) key += (key.empty() ? "" : ",") + label + "=" + *value;
  }
  return key;
}

bool same_memory(const SimpleRule& a, const SimpleRule& b) {
  return a.kind == b.kind && a.by == b.by;
}

std::vector<Time> times_of(const std::map<std::pair<Time, std::string>, std::string>& matches) {
  std::vector<Time> times;
  for (const auto& [match, sender] : matches) times.push_back(match.first);
  return times;
}

// The stretches of a count's matches: times in which `count` lie within one `within`, and one
// `within` after that. Those that touch are one.
std::vector<std::pair<Time, Time>> stretches_of(const SimpleRule& rule,
                                                const std::vector<Time>& times) {
  std::vector<std::pair<Time, Time>> stretches;
  for (std::size_t last = 0; last < times.size(); ++last) {
    if (last + 1 < rule.count) continue;
    const auto first = times[last + 1 - rule.count];
    if (first + rule.within <= times[last]) continue;
    const std::pair fresh{times[last], first + rule.within + rule.within};
    if (!stretches.empty() && fresh.first <= stretches.back().second)
      stretches.back().second = std::max(stretches.back().second, fresh.second);
    else
      stretches.push_back(fresh);
  }
  return stretches;
}

}  // namespace

std::string alert_id_of(const std::string& rule, const std::string& key, model::Offset offset,
                        std::size_t number) {
  std::uint64_t sum = 14695981039346656037ULL;
  auto parts = rule + '\0' + key + '\0' + std::to_string(offset);
  if (number > 0) parts += '\0' + std::to_string(number);
  for (const char c : parts) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(sum));
  return text.data();
}

std::optional<std::string> member_of(std::string_view json, std::string_view name) {
  std::size_t at = 0, depth = 0;
  const auto text = [&] {  // at a quote: behind the closing one
    const auto begin = ++at;
    while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
    const auto end = std::min(at, json.size());
    ++at;
    return json.substr(begin, end - begin);
  };
  while (at < json.size()) {
    const char c = json[at];
    if (c == '{' || c == '[')
      ++depth, ++at;
    else if (c == '}' || c == ']')
      depth -= depth > 0, ++at;
    else if (c != '"')
      ++at;
    else {
      const auto word = text();
      while (at < json.size() && json[at] == ' ') ++at;
      if (depth != 1 || at >= json.size() || json[at] != ':' || word != name) continue;
      do ++at;
      while (at < json.size() && json[at] == ' ');
      if (at < json.size() && json[at] == '"') return std::string(text());
      const auto value = json.substr(at, json.find_first_of(",}] ", at) - at);
      return value == "null" ? std::nullopt : std::optional(std::string(value));
    }
  }
  return std::nullopt;
}

bool Model::knows(const std::string& rule, const std::string& key) const {
  if (blind_ || left_out_.contains({rule, key})) return false;
  return std::ranges::none_of(wholes_of(key), [&](const auto& whole) {
    return left_out_.contains({rule, whole});
  });
}

const SimpleRule* Model::rule_of(const std::string& name) const {
  const auto found = std::ranges::find(rules_, name, &SimpleRule::alert);
  return found == rules_.end() ? nullptr : &*found;
}

void Model::take(const model::Record& record) {
  blind_ = blind_ || record.offset != next_.value_or(0);
  next_ = record.offset + 1;
  if (blind_) return;
  stepped_ = stepped_ || (ahead_ && *ahead_ != record.ahead);
  ahead_ = record.ahead;
  // Nobody listened: what is absent is waited for anew, before anything that was due meanwhile.
  if (const auto* start = std::get_if<model::Start>(&record.payload);
      start && start->gap > Duration::zero()) {
    for (auto& [id, absence] : absences_) absence.heard = record.at;
  }
  run_timers(record);
  if (const auto* event = std::get_if<model::Event>(&record.payload)) take_event(*event, record);
  if (const auto* change = std::get_if<model::Reload>(&record.payload))
    reload(change->hash, record);
  if (const auto* order = std::get_if<model::ResolveAlert>(&record.payload)) {
    const auto found = std::ranges::find_if(
        firing_, [&](const auto& one) { return one.second.id == order->alert_id; });
    if (found != firing_.end()) end(Id(found->first), "manual", record);
  }
}

std::optional<Model::Due> Model::next_due() const {
  std::optional<Due> next;
  const auto offer = [&](Due due) {
    if (!next || std::tie(due.at, due.id, due.kind) < std::tie(next->at, next->id, next->kind))
      next = std::move(due);
  };
  for (const auto& [id, window] : windows_) {
    if (window.live) offer({window.live->second, id, 0});
  }
  for (const auto& [id, absence] : absences_) {
    if (!absence.fires) offer({absence.heard + rule_of(id.first)->absent, id, 1});
  }
  for (const auto& [id, alert] : firing_) {
    if (const auto* rule = rule_of(id.first); rule && rule->resolve_after > Duration::zero())
      offer({matched_.at(id) + rule->resolve_after, id, 2});
  }
  return next;
}

void Model::run_timers(const model::Record& record) {
  for (auto due = next_due(); due && due->at <= record.at; due = next_due()) {
    if (due->kind == 0) {
      windows_.at(due->id).live.reset();
      end(due->id, "drained", record);
    } else if (due->kind == 1) {
      absences_.at(due->id).fires = true;
      open(*rule_of(due->id.first), due->id.second, due->at, due->at, record, true);
    } else {
      end(due->id, "timeout", record);
    }
  }
}

void Model::take_event(const model::Event& event, const model::Record& record) {
  const auto sender = std::string(event.source());
  Report report{record.at, record.at, sender, record.arrived(),
                sender + '\0' + std::string(event.id())};
  if (const auto said = event.time()) {
    const auto lag = record.arrived() - *said;
    const auto clock = std::string(to_text(event.format())) + ' ' + sender;
    if (lag > kLateness || lag < -kMuchTooEarly) odd_senders_.insert(clock);
    report.odd = odd_senders_.contains(clock);
    report.when = record.at - lag;
    report.said = *said;
  }
  const bool resolved = event.status() == model::Status::resolved;
  for (const auto& rule : rules_) {
    const bool fits = has(rule.match, event.type());
    const bool ends = fits ? resolved : has(rule.until, event.type());
    if (fits || ends) take_hit(rule, ends, report, event, record);
  }
}

void Model::take_hit(const SimpleRule& rule, bool ends, const Report& report,
                     const model::Event& event, const model::Record& record) {
  const auto key = key_of(rule, event);
  // What is absent goes by arrival alone.
  if (rule.kind == SimpleRule::Kind::absent) return hear(rule, key, ends, record);
  if (report.odd) leave_out({rule.alert, key});
  if (rule.kind == SimpleRule::Kind::plain)
    return ends ? recovery(rule, key, report, record) : fault(rule, key, report, record);
  ends ? recover(rule, key, report, record) : match(rule, key, report, record);
}

// A fault that arrives after its own recovery, by event time and within lateness, does not fire.
// Where one recovery says so and the newest does not, it is not said which of them counts.
bool Model::is_over(const Id& id, const Report& fault) {
  const auto found = plain_.find(id);
  if (found == plain_.end() || found->second.recoveries.empty()) return false;
  const auto& recoveries = found->second.recoveries;
  const auto over = [&](const Report& end) {
    // Of one time: the fault is new unless it was on its way for a second and more.
    const bool tie = fault.when == end.when;
    const bool came_late = fault.arrived != fault.when && fault.arrived - end.arrived >= 1s;
    return (fault.when < end.when || (tie && came_late)) &&
           (fault.sender != end.sender || fault.said <= end.said) &&
           fault.arrived <= end.arrived + kLateness;
  };
  const auto* newest = &recoveries.front();
  for (const auto& one : recoveries) newest = newest->when <= one.when ? &one : newest;
  const bool any = std::ranges::any_of(recoveries, over);
  if (any != over(*newest)) leave_out(id);
  return any;
}

void Model::fault(const SimpleRule& rule, const std::string& key, const Report& report,
                  const model::Record& record) {
  const Id id{rule.alert, key};
  if (is_over(id, report)) return;
  if (std::ranges::any_of(wholes_of(key), [&](const auto& whole) {
        return is_over({rule.alert, whole}, report);
      }))
    return;
  auto& newest = plain_[id].fault;
  if (!newest || newest->when < report.when) newest = report;
  open(rule, key, report.when, record.at, record, true);
}

// A recovery counts when it is not older than the fault; 2 m when another sender tells it. One that
// names the whole ends its parts.
void Model::recovery(const SimpleRule& rule, const std::string& key, const Report& report,
                     const model::Record& record) {
  plain_[{rule.alert, key}].recoveries.push_back(report);
  std::vector<Id> over;
  for (const auto& [id, plain] : plain_) {
    const bool part = !key.empty() && rule.by.size() > 1 && id.second.starts_with(key + ',');
    if (id.first != rule.alert || (id.second != key && !part) || !plain.fault) continue;
    const bool same = plain.fault->sender == report.sender;
    const bool older = report.when + (same ? Duration::zero() : kLateness) < plain.fault->when;
    if (!older || (same && report.said >= plain.fault->said)) over.push_back(id);
  }
  for (const auto& id : over) plain_[id].fault.reset(), end(id, "recovered", record);
}

void Model::match(const SimpleRule& rule, const std::string& key, const Report& report,
                  const model::Record& record) {
  auto& window = windows_[{rule.alert, key}];
  // Of the recovery's own moment: new, if it came as it happened.
  const bool came_late = report.arrived - report.when >= 1s;
  if (report.when < window.cleared || (report.when == window.cleared && came_late)) return;
  if (!window.matches.emplace(std::pair(report.when, report.name), report.sender).second) return;
  judge(rule, key, record, false);
}

// Where the condition is true now, for whatever reason, the alert fires.
void Model::judge(const SimpleRule& rule, const std::string& key, const model::Record& record,
                  bool fresh) {
  const Id id{rule.alert, key};
  auto& window = windows_[id];
  const auto stretches = stretches_of(rule, times_of(window.matches));
  // More than one that is not over yet: which of them is told, and how, is more than the model
  // knows.
  if (std::ranges::count_if(stretches, [&](const auto& one) { return one.second > record.at; }) > 1)
    leave_out(id);
  if (stretches.empty() || stretches.back().second <= record.at) {
    if (window.live && !fresh) leave_out(id);
    return;
  }
  window.live = stretches.back();
  open(rule, key, window.live->first, record.at, record, false);
}

void Model::recover(const SimpleRule& rule, const std::string& key, const Report& report,
                    const model::Record& record) {
  const Id id{rule.alert, key};
  auto& window = windows_[id];
  auto reach = report.when;
  // Of several newest matches by different senders it is not said whose word counts.
  if (!window.matches.empty()) {
    const auto& [newest, sender] = *window.matches.rbegin();
    if (std::ranges::any_of(window.matches, [&](const auto& one) {
          return one.first.first == newest.first && one.second != sender;
        }))
      leave_out(id);
  }
  if (!window.matches.empty() && window.matches.rbegin()->second != report.sender) {
    reach = std::max(reach, std::min(reach + kLateness, window.matches.rbegin()->first.first));
  }
  const bool ends = window.live && window.live->first <= reach;
  const auto until = ends ? reach : report.when;
  window.cleared = std::max(window.cleared, until);
  // An end that takes out what led to a stretch that begins after it: judged by who came first, and
  // the stretch stays as it was.
  const auto before = stretches_of(rule, times_of(window.matches));
  const auto taken =
      std::erase_if(window.matches, [&](const auto& one) { return one.first.first <= until; });
  if (!ends && taken > 0 && !before.empty() && before.back().first > until) leave_out(id);
  if (!ends) return;
  window.live.reset();
  end(id, "recovered", record);
  judge(rule, key, record, true);
}

void Model::hear(const SimpleRule& rule, const std::string& key, bool ends,
                 const model::Record& record) {
  const Id id{rule.alert, key};
  if (ends && !absences_.contains(id)) return;  // nobody waits for what was never heard
  const bool fired = absences_[id].fires;
  absences_[id] = {record.at, false};
  if (fired) end(id, "recovered", record);
}

// What a reload keeps, changes and ends (docs/rules.md "Memory").
void Model::reload(const std::string& hash, const model::Record& record) {
  const auto* found = find_(hash);
  if (!found) return void(blind_ = true);
  const auto before = std::exchange(rules_, *found);
  for (const auto& old : before) {
    const auto* now = rule_of(old.alert);
    const bool goes_on = now && same_memory(old, *now);
    const auto of_rule = [&](const auto& one) { return one.first.first == old.alert; };
    if (goes_on && (old.count != now->count || old.within != now->within)) {
      for (const auto& [id, window] : windows_) {
        if (of_rule(std::pair(id, 0)) && !window.matches.empty()) leave_out(id);
      }
    }
    if (goes_on) continue;
    std::vector<Id> ending;
    for (const auto& one : firing_) {
      if (of_rule(one)) ending.push_back(one.first);
    }
    for (const auto& id : ending) end(id, "rule_changed", record);
    // Recoveries of plain rules stay for their two minutes: what they ended is over, whoever asks
    std::erase_if(windows_, of_rule), std::erase_if(absences_, of_rule);
  }
}

// A match of what fires counts; a worse one ends it and fires it anew.
void Model::open(const SimpleRule& rule, const std::string& key, Time starts, Time at,
                 const model::Record& record, bool counts) {
  const Id id{rule.alert, key};
  const auto shown = std::min(starts, at) - record.ahead;
  const auto severity = rank_of(rule.severity);
  if (const auto found = firing_.find(id);
      found != firing_.end() && severity <= found->second.severity) {
    auto& alert = found->second;
    alert.starts_at = std::min(alert.starts_at, shown);
    alert.count += counts;
    matched_[id] = at;
    return;
  } else if (found != firing_.end()) {
    auto over = std::move(found->second);
    firing_.erase(found);
    over.reason = "escalated", over.ended_by = record.offset;
    ended_.push_back(std::move(over));
  }
  firing_[id] = {rule.alert,
                 key,
                 alert_id_of(rule.alert, key, record.offset),
                 record.offset,
                 shown,
                 counts ? 1U : 0U,
                 "",
                 0,
                 severity};
  matched_[id] = at;
}

// Whatever ends an alert, what led to it leads to no other; what was absent is waited for when it
// is heard again.
void Model::end(const Id& id, const std::string& reason, const model::Record& record) {
  const auto found = firing_.find(id);
  if (found == firing_.end()) return;
  auto over = std::move(found->second);
  firing_.erase(found);
  matched_.erase(id);
  over.reason = reason, over.ended_by = record.offset;
  ended_.push_back(std::move(over));
  if (const auto plain = plain_.find(id); plain != plain_.end()) plain->second.fault.reset();
  if (const auto window = windows_.find(id); window != windows_.end() && reason != "recovered")
    window->second.live.reset();
  if (const auto absence = absences_.find(id); absence != absences_.end() && absence->second.fires)
    absences_.erase(absence);
}

}  // namespace alarum::simulation
