#include "engine/engine.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "alert/posted.h"
#include "engine/event_trace.h"
#include "engine/internal_event.h"
#include "model/event_time.h"
#include "model/posted.h"

namespace alarum::engine {

using correlate::Decision;
using model::Change;

namespace {

constexpr std::size_t kNamedClocks = 20;  // senders that the alert about clocks names

// `now` is by the wall clock.
std::string list_of(const std::vector<SenderClocks::Wrong>& wrong, Time now) {
  std::string text;
  for (std::size_t i = 0; i < std::min(wrong.size(), kNamedClocks); ++i) {
    const auto& [sender, behind] = wrong[i];
    text += (i > 0 ? "; " : "") + sender + ' ' +
            (model::is_set(now - behind) ? offset_text(behind) : "never set");
  }
  if (wrong.size() > kNamedClocks)
    text += "; and " + std::to_string(wrong.size() - kNamedClocks) + " more";
  return text;
}

// The leaves for an alert that a timer and no event has opened. The values of its key are put where
// the rule reads them in events, so that other rules find their keys in it.
model::FlatEvent flat_of_key(const rules::RuleSet& rules, const rules::Rule& rule,
                             const correlate::Key& key) {
  auto flat = flat_of(rules, event_of(key.labels), key.labels);
  for (const auto& [label, path] : rule.by) {
    const auto value = key.labels.find(label);
    if (value != key.labels.end() && flat.at(path).empty())
      flat.add(path, model::LeafKind::string, value->second);
  }
  return flat;
}

alert::ActiveAlerts::Held held_of(correlate::Gathering::Held held) {
  return {std::move(held.absorbed), std::move(held.waiting)};
}

}  // namespace

Result<void> Engine::step(const model::Record& record, std::vector<Change>& changes) {
  ahead_ = record.ahead;
  active_alerts_.set_clock(record.at, ahead_);
  annulments_.begin_step();
  // This comes first: what was due to be absent within the gap counts again, because nobody
  // received events.
  const auto* start = std::get_if<model::Start>(&record.payload);
  if (start && start->gap > Duration::zero()) correlator_.listen_anew(record.at);
  run_timers(record, changes);
  auto taken = take(record, changes);
  const Moment moment{record.at, record.offset};
  tell_degraded(record, changes);
  const auto first = changes.size();
  notify_of_clocks(moment, changes);
  feed(first, moment, changes);
  roll_up(moment, changes);
  active_alerts_.settle(record.at, record.offset, changes,
                        {gathering_.take_touched(), [this](const model::Alert& alert) {
                           return held_of(gathering_.held(alert));
                         }});
  return taken;
}

Result<void> Engine::take(const model::Record& record, std::vector<Change>& out) {
  const auto& payload = record.payload;
  if (const auto* event = std::get_if<model::Event>(&payload)) return take(*event, record, out);
  if (const auto* change = std::get_if<model::Reload>(&payload)) {
    return reload(change->hash, record, out);
  }
  if (const auto* order = std::get_if<model::ResolveAlert>(&payload)) {
    end_by_hand(*order, {record.at, record.offset}, out);
  } else if (const auto* said = std::get_if<model::Acknowledge>(&payload)) {
    active_alerts_.acknowledge(*said, record.at, record.offset, out);
  } else if (const auto* taken_back = std::get_if<model::Unacknowledge>(&payload)) {
    active_alerts_.unacknowledge(*taken_back, record.at, record.offset, out);
  }
  return {};
}

Result<void> Engine::take(const model::Event& event, const model::Record& record,
                          std::vector<Change>& out) {
  const auto first = out.size();
  reading_ = clocks_.read(event, {record.at, record.ahead});
  if (model::is_posted(event)) {
    const auto posted = alert::posted_of(event);
    if (!posted) return std::unexpected(posted.error());
    active_alerts_.post(*posted, record.at, record.offset, out);
  }
  if (!generation_) return {};
  const bool usable = record.hits && record.hits->generation == generation_->id();
  const auto found = usable ? model::Hits() : generation_->match(event);
  const auto& hits = usable ? *record.hits : found;
  if (!hits.hits.empty()) {
    auto flat = generation_->read(event);
    show_time(flat, event, reading_.when, record.at);
    note_trace(flat, event);
    const bool news = reading_.kind != SenderClocks::Kind::backlog;
    take_hits(event, flat, hits, {reading_.when, reading_.ends}, {record.at, record.offset, news},
              out);
  }
  feed(first, {record.at, record.offset}, out);
  return {};
}

// Rules whose alerts annul others come first. So an event that fires the annulling alert is
// annulled by it, and an event that ends the annulling alert is not.
void Engine::take_hits(const model::Event& event, const model::FlatEvent& flat,
                       const model::Hits& hits, correlate::Correlator::Times times, Moment moment,
                       std::vector<Change>& out) {
  const auto& rules = generation_->rules();
  // A rule with `for` is not annulled by each event: its wait may last longer than the annulling
  // alert, so it is judged when it is due.
  const auto waits = [](const rules::Rule& rule) {
    return rule.condition == rules::Condition::each && rule.delay > Duration::zero();
  };
  const auto is_annulled = [&](const rules::Rule& rule, const correlate::Key& key) {
    return !waits(rule) && annulled_by(rule, key, flat, moment).has_value();
  };
  const correlate::Annuls annuls = std::cref(is_annulled);  // a reference, so nothing is allocated
  const auto take = [&](const model::Hits& some, bool first) {
    apply(correlator_.take(rules, event, flat, some, times, {moment.at, ahead_}, annuls, first),
          &event, &flat, moment, out);
    works_for({});
  };
  const auto depth = [&](const model::Hit& hit) { return rules.rules[hit.rule].unless_depth; };
  std::set<std::uint32_t> depths;
  for (const auto& hit : hits.hits) {
    if (depth(hit) > 0) depths.insert(depth(hit));
  }
  if (depths.empty()) return take(hits, true);
  depths.insert(0);
  for (const auto one : depths) {
    model::Hits some{hits.generation, {}};
    std::ranges::copy_if(hits.hits, std::back_inserter(some.hits),
                         [&](const auto& hit) { return depth(hit) == one; });
    take(some, one == 0);
  }
}

std::optional<Annulments::Id> Engine::annulled_by(const rules::Rule& rule,
                                                  const correlate::Key& key,
                                                  const model::FlatEvent& flat, Moment moment) {
  auto by = Annulments::annuller_of(rule, key, flat, by_name_, active_alerts_);
  if (by)
    annulments_.note({rule.alert, key.text}, active_alerts_.all().at(*by), moment.offset,
                     moment.at);
  return by;
}

// What is still true after the annulling alert has ended becomes due one `for` or `absent` later.
void Engine::judge_again(const std::vector<Annulments::Id>& targets, Time at) {
  for (const auto& target : targets) {
    const auto rule = by_name_.find(target.first);
    const auto delay = rule == by_name_.end() ? Duration::zero() : rule->second->delay;
    if (!delay_.rearm(target, at + delay)) correlator_.wait_anew(target.first, target.second, at);
  }
}

void Engine::run_timers(const model::Record& record, std::vector<Change>& out) {
  while (const auto next = next_timer()) {
    const auto due = next->at;
    const auto source = next->source;
    if (due > record.at) break;
    const auto first = out.size();
    const Moment moment{due, record.offset};
    const correlate::Annuls annuls = [&](const rules::Rule& rule, const correlate::Key& key) {
      const auto by = annulled_by(rule, key, flat_of_key(generation_->rules(), rule, key), moment);
      if (by) annulments_.put_off({rule.alert, key.text}, *by);
      return by.has_value();
    };
    works_for(next->rule);
    if (source == Source::correlator)
      apply(correlator_.run_next(annuls), nullptr, nullptr, moment, out);
    if (source == Source::delay) run_delay(moment, out);
    if (source == Source::active_alerts) active_alerts_.run_next(record.offset, out);
    if (source == Source::gathering) gathering_.run_next();
    if (source == Source::clocks) clocks_.run_next(due), notify_of_clocks(moment, out);
    feed(first, moment, out);
    if (const auto later = next_timer(); !later || later->at > due) roll_up(moment, out);
  }
  works_for({});
}

std::optional<Engine::Timer> Engine::next_timer() const {
  using Key = std::tuple<Time, std::string_view, std::string_view>;
  std::optional<std::pair<Key, Source>> best;
  const auto offer = [&](const Key& key, Source source) {
    if (!best || key < best->first) best = {key, source};
  };
  if (const auto next = correlator_.next())
    offer({next->at, next->rule, next->key}, Source::correlator);
  if (const auto* next = delay_.next())
    offer({std::get<0>(*next), std::get<1>(*next), std::get<2>(*next)}, Source::delay);
  if (const auto* next = active_alerts_.next())
    offer({std::get<0>(*next), std::get<1>(*next), std::get<2>(*next)}, Source::active_alerts);
  if (const auto next = gathering_.next_due())
    offer({next->at, next->rule, next->key}, Source::gathering);
  if (const auto next = clocks_.next()) offer({*next, {}, {}}, Source::clocks);
  if (!best) return std::nullopt;
  const auto& [key, source] = *best;
  return Timer{std::get<0>(key), std::get<1>(key), source};
}

std::optional<Time> Engine::next_due() const {
  const auto next = next_timer();
  return next ? std::optional(next->at) : std::nullopt;
}

void Engine::apply(const std::vector<Decision>& findings, const model::Event* event,
                   const model::FlatEvent* flat, Moment moment, std::vector<Change>& out) {
  for (const auto& finding : findings) {
    works_for(finding.rule->alert);
    const auto id_of = [&] {
      return alert::ActiveAlerts::Id(finding.rule->alert, finding.key.text);
    };
    if (finding.kind == Decision::Kind::closes) {
      const auto id = id_of();
      delay_.cancel(id);
      active_alerts_.end(id, finding.reason, wall(finding.when), moment.at, moment.offset, out);
    } else if (finding.kind == Decision::Kind::annotates) {
      annotate(finding, *flat, moment, out);
    } else if (finding.rule->delay > Duration::zero() && !finding.ended &&
               !active_alerts_.all().contains(id_of())) {
      const auto id = id_of();
      const auto bytes = event && !finding.timer ? std::string(event->bytes()) : std::string();
      if (const auto waited = delay_.all().find(id);
          waited != delay_.all().end() &&
          !correlator_.holds(*finding.rule, id.second, finding.when))
        delay_.cancel(id);
      delay_.begin(id, {moment.at + finding.rule->delay, finding.starts, finding.when, bytes});
    } else if (flat && !finding.timer) {
      open(finding, *flat, moment, out);
    } else {
      const auto made = flat_of_key(generation_->rules(), *finding.rule, finding.key);
      open(finding, made, moment, out);
    }
  }
}

void Engine::open(const Decision& finding, const model::FlatEvent& flat, Moment moment,
                  std::vector<Change>& out, const model::Labels& also) {
  const auto& rule = *finding.rule;
  alert::Texts texts(rule, flat, missing_names_);
  texts.add(also);
  const auto ended = finding.ended ? std::optional(wall(*finding.ended)) : std::nullopt;
  active_alerts_.open(rule, finding.key.text, finding.key.labels, texts,
                      {wall(finding.when), wall(finding.starts), finding.matches, ended,
                       moment.news, trace_of(flat)},
                      moment.at, moment.offset, out);
  if (rule.inhibited_by.empty()) return;
  const auto fired = active_alerts_.all().find({rule.alert, finding.key.text});
  if (finding.ended && (fired == active_alerts_.all().end() || !fired->second.over)) return;
  std::vector<alert::ActiveAlerts::Id> inhibitors;
  for (const auto& name : rule.inhibited_by) {
    const auto source = by_name_.find(name);
    if (source == by_name_.end()) continue;
    std::size_t missing = 0, dropped = 0;
    for (auto& key : correlate::keys_of(*source->second, flat, missing, dropped)) {
      if (!key.labels.empty()) inhibitors.emplace_back(name, std::move(key.text));
    }
  }
  active_alerts_.set_inhibitors({rule.alert, finding.key.text}, std::move(inhibitors));
}

// An annotation for a whole (key `subject`) also joins the alerts of its parts (`subject`, `npu`).
void Engine::annotate(const Decision& finding, const model::FlatEvent& flat, Moment moment,
                      std::vector<Change>& out) {
  const auto& rule = *finding.rule;
  const auto& live = active_alerts_.all();
  std::vector<alert::ActiveAlerts::Id> found;
  const bool whole = finding.key.labels.size() == rule.by.size();
  for (auto it = live.lower_bound({rule.alert, finding.key.text});
       it != live.end() && it->first.first == rule.alert; ++it) {
    const auto& key = it->first.second;
    const bool part =
        !whole && !finding.key.text.empty() && key.starts_with(finding.key.text + ',');
    if (key != finding.key.text && !part) {
      if (!key.starts_with(finding.key.text)) break;
      continue;
    }
    found.push_back(it->first);
  }
  for (const auto& id : found) {
    const auto& alert = live.at(id).alert;
    alert::Texts texts(rule, flat, missing_names_);
    active_alerts_.annotate(id, texts.additions(rule.annotate->texts, alert), moment.at,
                            moment.offset, out);
  }
}

void Engine::run_delay(Moment moment, std::vector<Change>& out) {
  const auto [due, name, key] = *delay_.next();
  auto waited = delay_.cancel({name, key});
  const auto rule = by_name_.find(name);
  if (rule == by_name_.end() || !correlator_.holds(*rule->second, key, due)) return;
  const auto labels = correlate::labels_of(key);
  const auto event = waited->event.empty() ? Result<model::Event>(event_of(labels))
                                           : model::Event::decode(waited->event);
  if (!event) return;
  auto flat = flat_of(generation_->rules(), *event, labels);
  show_time(flat, *event, waited->when, moment.at);
  note_trace(flat, *event);
  if (const auto by = rule->second->unless.empty()
                          ? std::nullopt
                          : annulled_by(*rule->second, {key, labels}, flat, moment)) {
    annulments_.put_off({name, key}, *by);
    return delay_.put_off({name, key}, std::move(*waited));
  }
  moment.news = waited->again || waited->when + model::kLateness >= due - rule->second->delay;
  open({Decision::Kind::opens,
        rule->second,
        {key, labels},
        waited->when,
        waited->starts,
        {},
        {},
        1,
        false},
       flat, moment, out);
}

// The alert fires again at the next event that makes its condition true.
void Engine::end_by_hand(const model::ResolveAlert& order, Moment moment,
                         std::vector<Change>& out) {
  const auto found = std::ranges::find_if(
      active_alerts_.all(), [&](const auto& one) { return one.second.alert.id == order.alert_id; });
  if (found == active_alerts_.all().end()) return;
  const auto id = found->first;
  const auto first = out.size();
  model::Labels said{{"resolved_by", order.by}};
  if (!order.comment.empty()) said["resolution"] = order.comment;
  active_alerts_.annotate(id, said, moment.at, moment.offset, out);
  active_alerts_.close(id, model::EndReason::manual, wall(moment.at), moment.at, moment.offset,
                       out);
  feed(first, moment, out);
}

// Gives every change from `first` on, and those that result, to rules that match alerts. It ends,
// because rules have no cycles. An ended alert leaves nothing behind that a later recovery could
// end.
void Engine::feed(std::size_t first, Moment moment, std::vector<Change>& out) {
  for (auto i = first; i < out.size(); ++i) {
    gathering_.take(out[i], moment.at);
    if (out[i].kind == Change::Kind::fired && !out[i].alert.late) {
      if (auto held = gathering_.held(out[i].alert); !held.empty())
        active_alerts_.hold(out[i].alert, held_of(std::move(held)));
    }
    const bool over = out[i].kind == Change::Kind::resolved;
    const bool fired = out[i].kind == Change::Kind::fired;
    if (!over && !fired) continue;
    const auto change = out[i];  // a copy, because `out` grows
    const bool escalated = change.alert.reason == model::EndReason::escalated;
    if (over && !active_alerts_.all().contains({change.alert.rule, change.alert.key})) {
      correlator_.forget(change.alert.rule, change.alert.key);
      judge_again(annulments_.take({change.alert.rule, change.alert.key}), moment.at);
    }
    if (!feeds_alerts_ || escalated) continue;
    const auto event = event_of(change);
    const auto hits = generation_->match(event);
    if (hits.hits.empty()) continue;
    const auto flat = flat_of(generation_->rules(), event, change.alert.labels);
    // An alert that fires or ends now is news even if its `for` took long. A late alert stays late.
    const auto when = std::min(*event.time() + ahead_, moment.at);
    take_hits(event, flat, hits, {when, when}, {moment.at, moment.offset, !change.alert.late}, out);
  }
}

const model::Alert* Engine::firing(const alert::ActiveAlerts::Id& id) const {
  const auto found = active_alerts_.all().find(id);
  return found == active_alerts_.all().end() ? nullptr : &found->second.alert;
}

// One change for each roll-up for everything that its members did at this moment. A roll-up that is
// itself a member comes before the one that gathers it.
void Engine::roll_up(Moment moment, std::vector<Change>& out) {
  if (!gathering_.moved()) return;
  const auto find = [this](const alert::ActiveAlerts::Id& id) { return firing(id); };
  while (const auto verdict = gathering_.next(moment.at, find)) {
    const auto first = out.size();
    if (verdict->kind == correlate::Gathering::Verdict::Kind::ends) {
      active_alerts_.end({verdict->rule->alert, verdict->key.text}, model::EndReason::drained,
                         verdict->when, moment.at, moment.offset, out);
    } else {
      open_roll_up(*verdict, moment, out);
    }
    feed(first, moment, out);
  }
}

void Engine::open_roll_up(const correlate::Gathering::Verdict& verdict, Moment moment,
                          std::vector<Change>& out) {
  const auto& [kind, rule, key, when] = verdict;
  auto flat = flat_of(generation_->rules(), event_of(key.labels), key.labels);
  for (const auto& [name, text] : gathering_.leaves(
           *rule, key.text, [this](const alert::ActiveAlerts::Id& id) { return firing(id); }))
    flat.set(name, model::LeafKind::string, text);
  const bool begins = kind == correlate::Gathering::Verdict::Kind::begins;
  const auto starts = begins ? std::min(when + ahead_, moment.at) : moment.at;
  open({Decision::Kind::opens, rule, key, moment.at, starts, {}, {}, 1, true}, flat, moment, out,
       gathering_.annotations(*rule, key.text));
}

// Opens or ends AlarumRuleDegraded for rules that have refused keys.
void Engine::tell_degraded(const model::Record& record, std::vector<Change>& out) {
  if (correlator_.degraded().empty() && degraded_.empty()) return;
  const auto first = out.size();
  const Moment moment{record.at, record.offset};
  correlator_.review_degraded();
  std::vector<Decision> findings;
  const auto say = [&](Decision::Kind kind, const std::string& name) {
    findings.push_back({kind,
                        &rules::rule_degraded(),
                        {"rule=" + name, {{"rule", name}}},
                        record.at,
                        record.at,
                        {},
                        model::EndReason::recovered,
                        1,
                        true});
  };
  for (const auto& name : correlator_.degraded()) {
    if (!degraded_.contains(name)) say(Decision::Kind::opens, name);
  }
  for (const auto& name : degraded_) {
    if (!correlator_.degraded().contains(name)) say(Decision::Kind::closes, name);
  }
  if (!findings.empty()) degraded_ = correlator_.degraded();
  apply(findings, nullptr, nullptr, moment, out);
  feed(first, moment, out);
}

// Makes `{{time}}` the time that the rules work with, if that differs from the event's own, but
// never later than the arrival.
void Engine::show_time(model::FlatEvent& flat, const model::Event& event, Time when,
                       Time at) const {
  if (!event.time()) return;
  const auto shown = wall(std::min(when, at));
  if (shown != *event.time()) flat.set("time", model::LeafKind::string, format_rfc3339(shown));
}

// There is one alert for all wrong clocks, and its texts change with the list.
void Engine::notify_of_clocks(Moment moment, std::vector<Change>& out) {
  if (!clocks_.take_change()) return;
  const auto& rule = rules::sender_clock();
  const auto wrong = clocks_.wrong();
  if (wrong.empty()) {
    active_alerts_.end({rule.alert, ""}, model::EndReason::recovered, wall(moment.at), moment.at,
                       moment.offset, out);
  } else {
    auto flat = model::FlatEvent::of(event_of(model::Labels{}));
    flat.set("clocks", model::LeafKind::string, std::to_string(wrong.size()));
    flat.set("senders", model::LeafKind::string, list_of(wrong, wall(moment.at)));
    open({Decision::Kind::opens, &rule, {}, moment.at, moment.at, {}, {}, 1, true}, flat, moment,
         out);
  }
}

Result<void> Engine::prepare(const model::Record& record) {
  const auto* named = std::get_if<model::Reload>(&record.payload);
  if (!named || (found_ && found_for_ == record.offset)) return {};
  auto found = find_(named->hash);
  if (!found && found.error().reason == "io_error") return std::unexpected(found.error());
  found_ = found ? std::move(*found) : nullptr;
  found_for_ = record.offset;
  return {};
}

Result<void> Engine::reload(const std::string& hash, const model::Record& record,
                            std::vector<Change>& out) {
  auto ready = std::exchange(found_, nullptr);
  if (found_for_ != record.offset) ready = nullptr;
  auto found = ready ? FindGeneration::result_type(std::move(ready)) : find_(hash);
  if (!found) return std::unexpected(found.error());
  had_other_rules_ |= (*found)->rules().hash != hash;
  roll_up({record.at, record.offset}, out);  // by the rules that were in force
  // The old generation lives until nothing points to its rules.
  const auto before = std::exchange(generation_, std::move(*found));
  adopt();
  const auto first = out.size();
  active_alerts_.apply(generation_->rules(), record.at, record.offset, out);
  gather_under_new_rules(record.at);
  const auto findings = correlator_.apply(generation_->rules(), record.at);
  apply(findings, nullptr, nullptr, {record.at, record.offset}, out);
  feed(first, {record.at, record.offset}, out);
  judge_again(annulments_.take_unbound(by_name_), record.at);
  return {};
}

void Engine::gather_under_new_rules(Time at) {
  gathering_.apply(generation_->rules(), at,
                   [this](const std::function<void(const model::Alert&)>& visit) {
                     for (const auto& [id, live] : active_alerts_.all()) visit(live.alert);
                   });
}

void Engine::adopt() {
  by_name_.clear();
  feeds_alerts_ = false;
  for (const auto& rule : generation_->rules().rules) {
    by_name_[rule.alert] = &rule;
    feeds_alerts_ |= rule.matches_alerts;
  }
  for (const auto* rule :
       {&rules::source_silent(), &rules::rule_degraded(), &rules::sender_clock()})
    by_name_[rule->alert] = rule;
}

}  // namespace alarum::engine
