#include "app/metrics.h"

#include "api/metrics.h"
#include "app/descriptors.h"
#include "base/log_output.h"
#include "base/version.h"

namespace alarum::app {
namespace {

using api::MetricsPage;

double number(auto value) {
  return static_cast<double>(value);
}

void add_ingest(MetricsPage& page, const MetricsSources& meters) {
  const auto name = "alarum_ingest_events_total";
  const auto help =
      "Events that arrived, by wire format and what became of them; failed ones were answered 429 "
      "or 503.";
  for (const auto& [format, counts] : meters.ingest.snapshot()) {
    const std::string word(model::to_text(format));
    page.counter(name, help, number(counts.accepted), {{"format", word}, {"outcome", "accepted"}});
    page.counter(name, help, number(counts.duplicate),
                 {{"format", word}, {"outcome", "duplicate"}});
    page.counter(name, help, number(counts.failed), {{"format", word}, {"outcome", "failed"}});
    for (const auto& [reason, count] : counts.rejected) {
      page.counter("alarum_ingest_rejected_total",
                   "Events and bodies that were refused, by reason.", number(count),
                   {{"format", word}, {"reason", reason}});
    }
  }
  page.counter("alarum_ingest_rejects_left_out_total",
               "Refused bodies that the file of rejects has no copy of.",
               number(meters.rejects.left_out()));
}

void add_matches(MetricsPage& page, const ingest::MatchCounts& matches) {
  for (const auto& [kind, count] : matches.unmatched) {
    const auto severity = kind.second == model::Severity::none
                              ? std::string("none")
                              : std::string(model::to_text(kind.second));
    page.counter("alarum_unmatched_events_total",
                 "Accepted events that no rule matched (UnknownFault is none), by wire format and "
                 "what they say of their severity.",
                 number(count),
                 {{"format", std::string(model::to_text(kind.first))}, {"severity", severity}});
  }
  for (const auto& [rule, count] : matches.by_rule) {
    page.counter("alarum_rule_matches_total",
                 "Accepted events that fitted a rule: its match, an end, a step or an annotation. "
                 "Of 1,000 rules; further ones stand under (others).",
                 number(count), {{"rule", rule}});
  }
}

void add_sources(MetricsPage& page, const ingest::Sources& sources) {
  sources.each([&](const std::string& name, const ingest::FeedCounts& counts) {
    const auto events = "alarum_source_events_total";
    const auto help = "Events of each source beside the HTTP routes, by what became of them.";
    page.counter(events, help, number(counts.accepted.load()),
                 {{"source", name}, {"outcome", "accepted"}});
    page.counter(events, help, number(counts.duplicate.load()),
                 {{"source", name}, {"outcome", "duplicate"}});
    page.counter(events, help, number(counts.rejected.load()),
                 {{"source", name}, {"outcome", "rejected"}});
    page.counter(
        "alarum_source_gaps_total",
        "Times that something of a source was missed, or may have been; the log names them.",
        number(counts.gaps.load()), {{"source", name}});
    page.counter("alarum_source_lost_total",
                 "Datagrams that the kernel dropped because they were not read in time.",
                 number(counts.lost.load()), {{"source", name}});
    page.counter("alarum_source_held_back_total",
                 "Commits of a source that had to wait for room; it was not read meanwhile.",
                 number(counts.held_back.load()), {{"source", name}});
    page.counter("alarum_source_refused_total",
                 "Connections and datagrams of a source that were not taken.",
                 number(counts.refused.load()), {{"source", name}});
    page.gauge("alarum_source_connections", "Connections of a source that are open now.",
               number(counts.connections.load()), {{"source", name}});
  });
}

void add_journal(MetricsPage& page, const journal::Stats& stats) {
  const auto totals = "alarum_journal_events_total";
  const auto help =
      "Running totals since the journal began: received = accepted + rejected + duplicate.";
  page.counter(totals, help, number(stats.totals.received), {{"outcome", "received"}});
  page.counter(totals, help,
               number(stats.totals.received - stats.totals.rejected - stats.totals.duplicate),
               {{"outcome", "accepted"}});
  page.counter(totals, help, number(stats.totals.rejected), {{"outcome", "rejected"}});
  page.counter(totals, help, number(stats.totals.duplicate), {{"outcome", "duplicate"}});
  page.counter(totals, help, number(stats.totals.unmatched), {{"outcome", "unmatched"}});
  page.counter("alarum_journal_commits_total", "Commits, each synced to disk.",
               number(stats.commits));
  page.counter("alarum_journal_failed_commits_total",
               "Commits that failed; their senders were told 503.", number(stats.failed_commits));
  page.gauge("alarum_engine_time_ahead_seconds",
             "How far engine time is ahead of the wall clock (below zero: behind); 0 unless the "
             "clock was moved.",
             std::chrono::duration<double>(stats.clock_ahead).count());
  page.gauge("alarum_journal_bytes", "Bytes of all segments on disk.", number(stats.bytes_on_disk));
  page.gauge("alarum_journal_segments", "Segment files.", number(stats.segments));
  page.gauge("alarum_journal_queued_events", "Events that wait for the writer.",
             number(stats.queued));
  page.gauge("alarum_journal_end_offset", "The offset that the next record gets.",
             number(stats.end_offset));
  page.gauge("alarum_journal_full", "1 while there is no room for another commit.",
             stats.full ? 1 : 0);
  page.gauge("alarum_journal_corruptions",
             "Damaged places that were found in the journal since the start; the log names them.",
             number(stats.corruptions));
  page.gauge("alarum_dedup_window_seconds", "How far back duplicates are known.",
             stats.dedup_window_seconds);
  page.gauge("alarum_dedup_entries", "Event identities that are remembered.",
             number(stats.dedup_size));
  page.histogram("alarum_journal_sync_seconds", "Time of one fdatasync.",
                 {journal::kSyncBuckets.begin(), journal::kSyncBuckets.end()},
                 {stats.syncs.begin(), stats.syncs.end()}, stats.sync_seconds);
}

void add_stage(MetricsPage& page, const MetricsSources& meters) {
  page.gauge("alarum_engine_backlog_bytes", "Bytes of committed events that wait for the engine.",
             number(meters.engine.backlog()));
  page.gauge("alarum_engine_processed_offset", "Every record below it is in the book.",
             number(meters.engine.processed()));
  page.gauge("alarum_book_writable", "0 while the book cannot be written.",
             meters.engine.healthy() ? 1 : 0);
  page.gauge("alarum_engine_lag_seconds",
             "How long the oldest committed record has been waiting for the engine and the book; "
             "past limits.engine_lag senders are answered 503.",
             std::chrono::duration<double>(meters.engine.lag()).count());
}

void add_engine(MetricsPage& page, const api::EngineNumbers& numbers) {
  const auto name = "alarum_alert_transitions_total";
  const auto help = "Transitions of alerts since the start, replayed ones left out.";
  page.counter(name, help, number(numbers.changes.fired), {{"transition", "fired"}});
  page.counter(name, help, number(numbers.changes.repeated), {{"transition", "repeated"}});
  page.counter(name, help, number(numbers.changes.stage_changed),
               {{"transition", "stage_changed"}});
  page.counter(name, help, number(numbers.changes.resolved), {{"transition", "resolved"}});
  page.counter("alarum_alert_late_total", "Alerts whose whole life lay before their arrival.",
               number(numbers.changes.late));
  page.gauge("alarum_alerts_firing", "Alerts that fire now.", number(numbers.firing));
  page.counter("alarum_engine_processing_errors_total",
               "Records that could not be processed as a whole; somebody may not have been "
               "notified. GET /api/v1/parked names the first.",
               number(numbers.processing_errors));
  page.counter("alarum_correlate_by_missing_total", "`by` terms without a value.",
               number(numbers.correlate.by_missing));
  page.counter("alarum_correlate_instances_dropped_total",
               "Instances past what one event may open.",
               number(numbers.correlate.instances_dropped));
  page.counter("alarum_correlate_already_recovered_total",
               "Faults that arrived after their recovery.",
               number(numbers.correlate.already_recovered));
  page.counter("alarum_correlate_nothing_to_end_total", "Recoveries without a firing alert.",
               number(numbers.correlate.nothing_to_end));
  page.counter("alarum_correlate_time_replaced_total",
               "Event times that were missing or corrected (docs/rules.md, Clocks).",
               number(numbers.correlate.time_replaced));
  page.counter("alarum_correlate_parked_total",
               "Events that a rule could not take: it passed them over, the others took them. GET "
               "/api/v1/parked names the first.",
               number(numbers.correlate.parked));
  page.counter("alarum_correlate_keys_refused_total",
               "Matches of new keys of rules that had max_keys of them.",
               number(numbers.correlate.keys_refused));
  page.counter("alarum_correlate_not_expected_total",
               "Matches of keys that the rule's expect does not list.",
               number(numbers.correlate.not_expected));
  for (const auto& [who, count] : numbers.annulled) {
    page.counter(
        "alarum_rule_annulled_total",
        "What an alert of a rule's unless annulled: matches, and conditions that were put off.",
        number(count), {{"rule", who.first}, {"by", who.second}});
  }
  page.counter("alarum_correlate_not_gathered_total",
               "Alerts that are no members of a roll-up which gathers their rule, since they lack "
               "a label of its by.",
               number(numbers.not_gathered));
  page.gauge("alarum_correlate_keys", "Keys that rules with memory remember.",
             number(numbers.keys));
  page.counter("alarum_template_missing_names_total", "Names in templates that had no value.",
               number(numbers.missing_names));
}

void add_deliver(MetricsPage& page, const MetricsSources& meters) {
  const auto stats = meters.deliver.stats();
  page.counter("alarum_deliver_attempts_total", "Attempts to deliver a notification.",
               number(stats.attempts));
  page.counter("alarum_deliver_retried_total", "Attempts that will be made again.",
               number(stats.retried));
  page.counter("alarum_deliver_notifications_total", "Notifications that came to an end.",
               number(stats.delivered), {{"outcome", "delivered"}});
  page.counter("alarum_deliver_notifications_total", "", number(stats.dead), {{"outcome", "dead"}});
  page.counter("alarum_deliver_merged_total",
               "Notifications that stood for several: digests, and newest states for a target that "
               "was down.",
               number(stats.merged));
  page.counter("alarum_deliver_heartbeats_total", "Heartbeats that were sent.",
               number(stats.heartbeats));
  page.counter("alarum_deliver_heartbeats_missed_total",
               "Heartbeats that were not sent because journal or engine made no progress.",
               number(stats.heartbeats_missed));
  page.gauge("alarum_deliver_open_circuits",
             "Targets that are asked one request at a time because they fail.",
             number(stats.open_circuits));
  page.gauge("alarum_deliver_in_flight", "Requests under way.", number(stats.in_flight));
}

void add_outbox(MetricsPage& page, const alert::Book::Counts& book) {
  page.gauge("alarum_outbox_pending", "Notifications in the book that are not delivered yet.",
             number(book.pending));
  page.gauge("alarum_outbox_dead", "Dead letters in the book.", number(book.dead));
}

void add_http(MetricsPage& page, const MetricsSources& meters) {
  const auto& counters = meters.http;
  page.counter("alarum_http_unauthenticated_total",
               "Requests refused because they proved to be nobody who may.",
               number(meters.unauthenticated));
  page.counter("alarum_http_connections_total", "Connections taken.",
               number(counters.connections.load()));
  page.gauge("alarum_http_held_bytes", "Bytes of request bodies in memory.",
             number(counters.held.load()));
  page.gauge("alarum_http_open_connections", "Connections open now.", number(counters.open.load()));
  page.counter("alarum_http_refused_total",
               "Requests refused for their head, and connections past the limit.",
               number(counters.refused.load()));
  page.counter("alarum_http_received_bytes_total", "Bytes read.", number(counters.bytes_in.load()));
  for (int i = 2; i <= 5; ++i) {
    page.counter("alarum_http_responses_total", "Answers by class.",
                 number(counters.by_class[i].load()), {{"code", std::to_string(i) + "xx"}});
  }
}

void add_ledger(MetricsPage& page, const tools::Balance& balance) {
  page.gauge("alarum_ledger_balanced",
             "0 when something is not accounted for: GET /api/v1/ledger says what.",
             balance.faults().empty() ? 1 : 0);
  const auto events = "alarum_ledger_events";
  const auto help = "Accepted events, at the newest count of the ledger.";
  page.gauge(events, help, number(balance.before + balance.processed), {{"state", "processed"}});
  page.gauge(events, help, number(balance.pending()), {{"state", "pending"}});
  for (const auto& [kind, count] : balance.book.transitions)
    page.gauge("alarum_ledger_transitions", "Transitions that the book remembers.", number(count),
               {{"transition", kind}});
  for (const auto& [why, count] : balance.book.suppressed)
    page.gauge("alarum_ledger_suppressed", "Who was not told of an alert, by why.", number(count),
               {{"why", why}});
  page.gauge("alarum_ledger_transitions_waiting",
             "Transitions that wait for their group to be told.", number(balance.book.waiting));
  page.gauge("alarum_ledger_transitions_unaccounted",
             "Transitions of which a target was neither told nor is it recorded why not; always 0.",
             number(balance.book.unaccounted));
  const auto notifications = "alarum_ledger_notifications";
  const auto about =
      "Notifications that the book remembers: all of them are delivered, pending or dead, or "
      "dropped, as those of a built-in alert are that was over before any was delivered.";
  const auto& book = balance.book;
  const std::pair<const char*, std::uint64_t> all[] = {
      {"made", book.made}, {"delivered", book.delivered}, {"pending", book.pending},
      {"dead", book.dead}, {"dropped", book.dropped},     {"lost", book.lost}};
  for (const auto& [outcome, count] : all)
    page.gauge(notifications, about, number(count), {{"outcome", outcome}});
}

}  // namespace

// What nobody answers is left out: a 0 would say that nothing fires, or that the
// counter began again.
std::string metrics_text(const MetricsSources& meters,
                         const std::optional<api::EngineNumbers>& engine) {
  MetricsPage page;
  page.gauge("alarum_build_info", "Constant 1, with the version and the git commit.", 1,
             {{"version", kVersion}, {"commit", commit()}});
  page.gauge("alarum_config_last_reload_successful",
             "0 while the newest reload of config and rules was refused: what was in force stays.",
             meters.reload->successful ? 1 : 0);
  page.gauge(
      "alarum_config_last_reload_success_timestamp_seconds",
      "When config and rules were last loaded, at the start or by a reload, since the epoch.",
      std::chrono::duration<double>(meters.reload->success.time_since_epoch()).count());
  page.gauge("alarum_config_keys_waiting_for_restart",
             "Keys of the config that were changed and take effect only at a start; GET "
             "/api/v1/status names them.",
             number(meters.reload->restart.size()));
  page.gauge("alarum_inventory_rows", "Rows of the inventory in force.",
             number(meters.inventory ? meters.inventory->about().rows : 0));
  page.gauge("alarum_inventory_double_keys",
             "Values of its keys that two rows have: no event is looked up by them; GET "
             "/api/v1/inventory names the first.",
             number(meters.inventory ? meters.inventory->about().doubles : 0));
  page.gauge("alarum_generation_info", "Constant 1, with the hash of the rules in force.", 1,
             {{"hash", meters.generation}});
  page.counter("alarum_log_dropped_total",
               "Lines of the log that were dropped because standard error was not read.",
               number(log::dropped()));
  add_ingest(page, meters);
  add_matches(page, meters.matches);
  add_sources(page, meters.sources);
  add_journal(page, meters.journal.stats());
  add_stage(page, meters);
  if (engine) add_engine(page, *engine);
  add_deliver(page, meters);
  if (engine && engine->book) add_outbox(page, *engine->book);
  add_http(page, meters);
  // Prometheus' own names for these.
  page.gauge("process_open_fds", "Files and sockets that are open.", number(open_descriptors()));
  page.gauge("process_max_fds", "Files and sockets that may be open.",
             number(raise_descriptor_limit(0)));
  if (meters.balance) add_ledger(page, *meters.balance);
  return page.text();
}

}  // namespace alarum::app
