#include "app/metrics.h"

#include "api/metrics.h"
#include "app/process_metrics.h"
#include "app/rule_metrics.h"
#include "app/target_metrics.h"
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
      "Events received, by wire format and outcome. Failed events were answered with 429 or 503.";
  for (const auto& [format, counts] : meters.ingest.snapshot()) {
    const std::string word(model::to_text(format));
    page.counter(name, help, number(counts.accepted), {{"format", word}, {"outcome", "accepted"}});
    page.counter(name, help, number(counts.duplicate),
                 {{"format", word}, {"outcome", "duplicate"}});
    page.counter(name, help, number(counts.failed), {{"format", word}, {"outcome", "failed"}});
    if (counts.last_heard != Time())
      page.gauge("alarum_ingest_last_heard_timestamp_seconds",
                 "Unix time at which events of a wire format were accepted last.",
                 api::unix_seconds(counts.last_heard), {{"format", word}});
    for (const auto& [reason, count] : counts.rejected) {
      page.counter("alarum_ingest_rejected_total",
                   "Events and request bodies that were rejected, by wire format and reason.",
                   number(count), {{"format", word}, {"reason", reason}});
    }
  }
  page.counter("alarum_ingest_rejects_not_stored_total",
               "Rejected request bodies of which no copy was stored in the file of rejects.",
               number(meters.rejects.left_out()));
  page.counter("alarum_ingest_invalid_traceparents_total",
               "Requests, and events that matched a rule, whose traceparent was invalid and was "
               "ignored.",
               number(meters.invalid_traces));
  page.histogram("alarum_ingest_commit_duration_seconds",
                 "Time from the arrival of an event, read and decoded, until it was durable in the "
                 "journal. Duplicates count.",
                 meters.commit_times);
}

void add_unmatched(MetricsPage& page, const ingest::MatchCounts& matches) {
  for (const auto& [kind, count] : matches.unmatched) {
    const auto severity = kind.second == model::Severity::none
                              ? std::string("none")
                              : std::string(model::to_text(kind.second));
    page.counter("alarum_unmatched_events_total",
                 "Accepted events that matched no rule, by wire format and by the severity that "
                 "they state. UnknownFault does not count as a rule.",
                 number(count),
                 {{"format", std::string(model::to_text(kind.first))}, {"severity", severity}});
  }
}

// What a source has beside the counters that every source has.
void add_source(MetricsPage& page, const std::string& name, const ingest::FeedCounts& counts) {
  const MetricsPage::Labels labels{{"source", name}};
  for (const auto& [reason, count] : counts.rejected_for.snapshot())
    page.counter("alarum_source_rejected_events_total",
                 "Events and messages of a source that were rejected, by reason.", number(count),
                 {{"source", name}, {"reason", reason}});
  page.counter("alarum_source_unmatched_events_total",
               "Accepted events of a source that matched no rule.",
               number(counts.unmatched->load()), labels);
  if (const auto heard = counts.last_heard.load(); heard != 0)
    page.gauge("alarum_source_last_heard_timestamp_seconds",
               "Unix time at which events of a source were accepted last.",
               api::unix_seconds(Time(Duration(heard))), labels);
}

void add_sources(MetricsPage& page, const ingest::Sources& sources) {
  for (const auto& [name, works] : sources.states())
    page.gauge("alarum_source_up",
               "1 if the source works, 0 if it could not be opened or has failed. It is tried "
               "again.",
               works ? 1 : 0, {{"source", name}});
  sources.each([&](const std::string& name, const ingest::FeedCounts& counts) {
    const auto events = "alarum_source_events_total";
    const auto help = "Events of each source other than the HTTP routes, by outcome.";
    page.counter(events, help, number(counts.accepted.load()),
                 {{"source", name}, {"outcome", "accepted"}});
    page.counter(events, help, number(counts.duplicate.load()),
                 {{"source", name}, {"outcome", "duplicate"}});
    page.counter(events, help, number(counts.rejected.load()),
                 {{"source", name}, {"outcome", "rejected"}});
    page.counter(
        "alarum_source_gaps_total",
        "Gaps found in a source: events were missed or may have been. The log describes each.",
        number(counts.gaps.load()), {{"source", name}});
    page.counter("alarum_source_dropped_datagrams_total",
                 "Datagrams that the kernel dropped because they were not read in time.",
                 number(counts.lost.load()), {{"source", name}});
    page.counter("alarum_source_backpressure_total",
                 "Commits of a source that had to wait because the journal had no room. The source "
                 "was not read meanwhile.",
                 number(counts.held_back.load()), {{"source", name}});
    page.counter("alarum_source_rejected_total",
                 "Connections and datagrams of a source that were rejected.",
                 number(counts.refused.load()), {{"source", name}});
    page.gauge("alarum_source_connections", "Open connections of a source.",
               number(counts.connections.load()), {{"source", name}});
    add_source(page, name, counts);
  });
}

void add_journal(MetricsPage& page, const journal::Stats& stats) {
  const auto totals = "alarum_journal_events_total";
  const auto help =
      "Events since the journal was created, by outcome. received = accepted + rejected + "
      "duplicate.";
  page.counter(totals, help, number(stats.totals.received), {{"outcome", "received"}});
  page.counter(totals, help,
               number(stats.totals.received - stats.totals.rejected - stats.totals.duplicate),
               {{"outcome", "accepted"}});
  page.counter(totals, help, number(stats.totals.rejected), {{"outcome", "rejected"}});
  page.counter(totals, help, number(stats.totals.duplicate), {{"outcome", "duplicate"}});
  page.counter(totals, help, number(stats.totals.unmatched), {{"outcome", "unmatched"}});
  page.counter("alarum_journal_commits_total", "Commits to the journal. Each is synced to disk.",
               number(stats.commits));
  page.counter("alarum_journal_failed_commits_total",
               "Commits to the journal that failed. Their senders were answered with 503.",
               number(stats.failed_commits));
  page.gauge("alarum_engine_time_ahead_seconds",
             "Difference between engine time and the wall clock. It is 0 unless the clock was "
             "changed, and negative if engine time is behind.",
             std::chrono::duration<double>(stats.clock_ahead).count());
  page.gauge("alarum_journal_bytes", "Size of all journal segments on disk.",
             number(stats.bytes_on_disk));
  page.gauge("alarum_journal_segments", "Number of journal segment files.", number(stats.segments));
  page.gauge("alarum_journal_queued_events", "Events that wait to be written to the journal.",
             number(stats.queued));
  page.gauge("alarum_journal_end_offset", "Offset that the next record of the journal will get.",
             number(stats.end_offset));
  page.gauge("alarum_journal_full", "1 if the journal has no room for another commit, else 0.",
             stats.full ? 1 : 0);
  page.counter("alarum_journal_corruptions_total",
               "Corruptions found in the journal since the start. The log describes each.",
               number(stats.corruptions));
  page.gauge("alarum_dedup_window_seconds", "Age up to which duplicate events are recognized.",
             stats.dedup_window_seconds);
  page.gauge("alarum_dedup_entries", "Event identities remembered to recognize duplicates.",
             number(stats.dedup_size));
  page.histogram("alarum_journal_sync_duration_seconds",
                 "Duration of the fdatasync calls of the journal.",
                 {{journal::kSyncBuckets.begin(), journal::kSyncBuckets.end()},
                  {stats.syncs.begin(), stats.syncs.end()},
                  stats.sync_seconds});
}

void add_stage(MetricsPage& page, const MetricsSources& meters) {
  page.gauge("alarum_engine_backlog_bytes",
             "Size of the committed events that wait for the engine.",
             number(meters.engine.backlog()));
  page.gauge(
      "alarum_engine_processed_offset",
      "Offset below which every record has been processed and its results stored in the history.",
      number(meters.engine.processed()));
  page.gauge("alarum_history_writable", "0 if the history cannot be written, else 1.",
             meters.engine.healthy() ? 1 : 0);
  page.gauge("alarum_engine_lag_seconds",
             "Time that the oldest committed record has been waiting to be processed and stored in "
             "the history. Beyond limits.engine_lag senders are answered with 503.",
             std::chrono::duration<double>(meters.engine.lag()).count());
  page.histogram("alarum_engine_step_delay_seconds",
                 "Time from the moment at which an event was durable until the engine had "
                 "processed it.",
                 meters.engine.step_delays());
}

void add_checkpoints(MetricsPage& page, const CheckpointWriter& checkpoints) {
  const auto name = "alarum_checkpoints_total";
  const auto help = "Checkpoints of the engine's state since the start, by outcome.";
  page.counter(name, help, number(checkpoints.written()), {{"outcome", "written"}});
  page.counter(name, help, number(checkpoints.failed()), {{"outcome", "failed"}});
  const auto newest = checkpoints.newest();
  if (!newest) return;
  page.gauge("alarum_checkpoint_last_success_timestamp_seconds",
             "Unix time at which a checkpoint was written last.", api::unix_seconds(newest->at));
  page.gauge("alarum_checkpoint_last_size_bytes", "Size of the newest checkpoint.",
             number(newest->bytes));
  page.gauge("alarum_checkpoint_last_duration_seconds",
             "Time that the newest checkpoint took, made between the engine's other work.",
             std::chrono::duration<double>(newest->took).count());
}

void add_reload(MetricsPage& page, const ReloadState& reload) {
  page.gauge("alarum_config_last_reload_successful",
             "1 if the last reload of config and rules succeeded. 0 if it was rejected; the "
             "previous config stays active.",
             reload.successful ? 1 : 0);
  page.gauge("alarum_config_last_reload_success_timestamp_seconds",
             "Unix time at which config and rules were last loaded successfully.",
             api::unix_seconds(reload.success));
  const auto name = "alarum_config_reloads_total";
  const auto help = "Reloads of config and rules since the start, by outcome.";
  page.counter(name, help, number(reload.succeeded), {{"outcome", "success"}});
  page.counter(name, help, number(reload.failed), {{"outcome", "failure"}});
  if (reload.took)
    page.gauge("alarum_config_last_reload_duration_seconds",
               "Time that the last reload took, whatever its outcome.",
               std::chrono::duration<double>(*reload.took).count());
  page.gauge(
      "alarum_config_keys_pending_restart",
      "Changed keys of the config that take effect after a restart. GET /api/v1/status lists them.",
      number(reload.restart.size()));
}

void add_readiness(MetricsPage& page, const std::vector<api::ReadinessCheck>& checks) {
  using State = api::Condition::State;
  page.gauge("alarum_ready", "1 if Alarum is ready (GET /-/ready), else 0.",
             api::first_failed(checks) ? 0 : 1);
  for (const auto& [name, condition] : checks) {
    for (const auto& [word, state] :
         {std::pair("ok", State::ok), std::pair("warning", State::warning),
          std::pair("failed", State::failed)})
      page.gauge("alarum_check_state",
                 "1 for the state that a check of GET /-/ready?verbose is in, else 0.",
                 condition.state == state ? 1 : 0, {{"check", name}, {"state", word}});
  }
}

// Every severity has a row, so that one that nothing has is a 0.
void add_severities(MetricsPage& page, const std::map<model::Severity, std::uint64_t>& firing) {
  using enum model::Severity;
  for (const auto severity : {none, info, warning, minor, major, critical}) {
    const auto found = firing.find(severity);
    page.gauge("alarum_alerts_firing_by_severity", "Number of firing alerts, by severity.",
               found == firing.end() ? 0 : number(found->second),
               {{"severity", severity == none ? "none" : std::string(model::to_text(severity))}});
  }
}

void add_engine(MetricsPage& page, const api::EngineNumbers& numbers) {
  const auto name = "alarum_alert_transitions_total";
  const auto help = "Transitions of alerts since the start. Replayed ones are not counted.";
  page.counter(name, help, number(numbers.changes.fired), {{"transition", "fired"}});
  page.counter(name, help, number(numbers.changes.repeated), {{"transition", "repeated"}});
  page.counter(name, help, number(numbers.changes.stage_changed),
               {{"transition", "stage_changed"}});
  page.counter(name, help, number(numbers.changes.resolved), {{"transition", "resolved"}});
  page.counter(
      "alarum_alert_late_total",
      "Alerts that had already ended when their events arrived. Nobody was notified of them.",
      number(numbers.changes.late));
  page.gauge("alarum_alerts_firing", "Number of firing alerts.", number(numbers.firing));
  add_severities(page, numbers.firing_by_severity);
  page.counter("alarum_engine_processing_errors_total",
               "Records that could not be processed as a whole. Notifications may be missing. GET "
               "/api/v1/processing-errors lists the first.",
               number(numbers.processing_errors));
  page.counter("alarum_correlate_by_missing_total",
               "Events that had no value for a term of a rule's by.",
               number(numbers.correlate.by_missing));
  page.counter(
      "alarum_correlate_alerts_dropped_total",
      "Alerts that were not opened because one event would have opened more alerts than it may.",
      number(numbers.correlate.instances_dropped));
  page.counter("alarum_correlate_already_recovered_total",
               "Faults that arrived after their recovery.",
               number(numbers.correlate.already_recovered));
  page.counter("alarum_correlate_recoveries_without_alert_total",
               "Recoveries for which no alert was firing.",
               number(numbers.correlate.nothing_to_end));
  page.counter("alarum_correlate_event_times_replaced_total",
               "Event times that were missing or wrong and were replaced (docs/rules.md, Clocks).",
               number(numbers.correlate.time_replaced));
  page.counter("alarum_correlate_processing_errors_total",
               "Events that one rule could not process. All other rules processed them. GET "
               "/api/v1/processing-errors lists the first.",
               number(numbers.correlate.parked));
  page.counter(
      "alarum_correlate_keys_rejected_total",
      "Matches with a new key that were rejected because their rule already had max_keys keys.",
      number(numbers.correlate.keys_refused));
  page.counter("alarum_correlate_unexpected_keys_total",
               "Matches with a key that the rule's expect does not list.",
               number(numbers.correlate.not_expected));
  page.counter("alarum_correlate_sequence_steps_dropped_total",
               "Steps of sequences that were forgotten within their window, because their key had "
               "more than 256. A sequence may have been missed.",
               number(numbers.correlate.steps_forgotten));
  page.counter("alarum_correlate_not_gathered_total",
               "Alerts that a roll-up did not gather because they lack a label of its by.",
               number(numbers.not_gathered));
  page.gauge("alarum_correlate_keys", "Keys for which rules store state.", number(numbers.keys));
  page.counter("alarum_template_missing_names_total", "Names in templates that had no value.",
               number(numbers.missing_names));
}

void add_deliver(MetricsPage& page, const MetricsSources& meters) {
  const auto stats = meters.deliver.stats();
  page.counter("alarum_deliver_attempts_total", "Attempts to deliver a notification.",
               number(stats.attempts));
  page.counter("alarum_deliver_retries_total", "Attempts that failed and will be repeated.",
               number(stats.retried));
  page.counter("alarum_deliver_notifications_total",
               "Notifications that were delivered, or given up as dead letters.",
               number(stats.delivered), {{"outcome", "delivered"}});
  page.counter("alarum_deliver_notifications_total", "", number(stats.dead), {{"outcome", "dead"}});
  page.counter("alarum_deliver_merged_total",
               "Notifications that replaced several others: digests, and the newest states for a "
               "target that was down.",
               number(stats.merged));
  page.counter("alarum_deliver_heartbeats_total", "Heartbeats that were sent.",
               number(stats.heartbeats));
  page.counter("alarum_deliver_heartbeats_skipped_total",
               "Heartbeats that were not sent because the journal or the engine made no progress.",
               number(stats.heartbeats_missed));
  page.gauge("alarum_deliver_open_circuits",
             "Targets that get one request at a time because their requests fail.",
             number(stats.open_circuits));
  page.gauge("alarum_deliver_requests_in_flight", "Requests to targets that are in flight.",
             number(stats.in_flight));
  page.histogram("alarum_deliver_delay_seconds",
                 "Time from the making of a notification until its target accepted it. A merged "
                 "notification counts from the making of its first part, once for each part.",
                 meters.deliver.delays());
}

void add_outbox(MetricsPage& page, const alert::Book::Counts& book) {
  page.gauge("alarum_outbox_pending", "Notifications that are not delivered yet.",
             number(book.pending));
  page.gauge("alarum_outbox_dead_letters",
             "Notifications that could not be delivered and are stored as dead letters.",
             number(book.dead));
}

void add_http(MetricsPage& page, const MetricsSources& meters) {
  const auto& counters = meters.http;
  page.counter("alarum_http_unauthenticated_total",
               "Requests rejected because authentication failed.", number(meters.unauthenticated));
  page.counter("alarum_http_connections_total", "Connections accepted.",
               number(counters.connections.load()));
  page.gauge("alarum_http_buffered_bytes", "Size of the request bodies in memory.",
             number(counters.held.load()));
  page.gauge("alarum_http_open_connections", "Number of open connections.",
             number(counters.open.load()));
  page.counter("alarum_http_rejected_total",
               "Requests rejected because of their head, and connections rejected because too many "
               "were open.",
               number(counters.refused.load()));
  page.counter("alarum_http_received_bytes_total", "Bytes received.",
               number(counters.bytes_in.load()));
  for (int i = 2; i <= 5; ++i) {
    page.counter("alarum_http_responses_total", "Responses, by class of their status code.",
                 number(counters.by_class[i].load()), {{"code", std::to_string(i) + "xx"}});
  }
}

void add_ledger(MetricsPage& page, const tools::Balance& balance) {
  page.gauge("alarum_ledger_balanced",
             "1 if every event and notification is accounted for, else 0. GET /api/v1/ledger says "
             "what is missing.",
             balance.faults().empty() ? 1 : 0);
  const auto events = "alarum_ledger_events";
  const auto help = "Accepted events at the last count of the ledger, by state.";
  page.gauge(events, help, number(balance.before + balance.processed), {{"state", "processed"}});
  page.gauge(events, help, number(balance.pending()), {{"state", "pending"}});
  for (const auto& [kind, count] : balance.book.transitions)
    page.gauge("alarum_ledger_transitions", "Transitions of alerts in the history.", number(count),
               {{"transition", kind}});
  for (const auto& [why, count] : balance.book.suppressed)
    page.gauge("alarum_ledger_suppressed", "Notifications that were suppressed, by reason.",
               number(count), {{"why", why}});
  page.gauge("alarum_ledger_transitions_waiting",
             "Transitions that wait until their group is notified.", number(balance.book.waiting));
  page.gauge("alarum_ledger_transitions_unaccounted",
             "Transitions for which a target was not notified and no reason is recorded. Always 0 "
             "in a healthy system.",
             number(balance.book.unaccounted));
  const auto notifications = "alarum_ledger_notifications";
  const auto about =
      "Notifications in the history, by outcome. Dropped are those of an alert about Alarum itself "
      "that ended before any was delivered.";
  const auto& book = balance.book;
  const std::pair<const char*, std::uint64_t> all[] = {
      {"made", book.made}, {"delivered", book.delivered}, {"pending", book.pending},
      {"dead", book.dead}, {"dropped", book.dropped},     {"lost", book.lost}};
  for (const auto& [outcome, count] : all)
    page.gauge(notifications, about, number(count), {{"outcome", outcome}});
}

}  // namespace

// If the engine or delivery does not answer, its metrics are left out. A 0 would mean that nothing
// fires, or that a counter has been reset.
std::string metrics_text(const MetricsSources& meters, const api::MetricsAnswers& answers) {
  const auto& [engine, targets] = answers;
  MetricsPage page;
  page.gauge("alarum_build_info", "Always 1. The labels are the version and the git commit.", 1,
             {{"version", kVersion}, {"revision", commit()}});
  add_readiness(page, meters.checks);
  add_reload(page, *meters.reload);
  page.gauge("alarum_inventory_rows", "Rows of the active inventory.",
             number(meters.inventory ? meters.inventory->about().rows : 0));
  page.gauge("alarum_inventory_duplicate_keys",
             "Key values that two rows of the inventory share. They are not used for lookups. GET "
             "/api/v1/inventory lists the first.",
             number(meters.inventory ? meters.inventory->about().doubles : 0));
  page.gauge("alarum_generation_info", "Always 1. The label is the hash of the active rules.", 1,
             {{"hash", meters.generation}});
  page.counter("alarum_log_dropped_lines_total",
               "Log lines dropped because standard error was not read.", number(log::dropped()));
  add_ingest(page, meters);
  add_unmatched(page, meters.matches);
  add_rules(page, meters.matches, meters.engine.rule_seconds(), engine);
  add_sources(page, meters.sources);
  add_journal(page, meters.journal.stats());
  add_stage(page, meters);
  if (engine) add_engine(page, *engine);
  add_checkpoints(page, meters.checkpoints);
  add_deliver(page, meters);
  if (targets) add_targets(page, *targets);
  if (engine && engine->book) add_outbox(page, *engine->book);
  if (engine && engine->book && targets) add_pending(page, *targets, engine->pending, meters.now);
  add_http(page, meters);
  add_process(page);
  add_disk(page, meters.place.folder, meters.place.book);
  if (meters.balance) add_ledger(page, *meters.balance);
  return page.text();
}

}  // namespace alarum::app
