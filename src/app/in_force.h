#pragma once
#include <atomic>
#include <string>

#include "api/routes.h"
#include "app/delivery_config.h"
#include "app/load.h"
#include "app/reload_state.h"
#include "base/snapshot.h"
#include "config/auth.h"
#include "config/push_ingest.h"

namespace alarum::app {

/// Config and rules that are in force. Owned by Core. A reload replaces the snapshots, each as a
/// whole, on the main thread; any thread reads them.
struct InForce {
  /// `keys`: the start keys of the config file, which `loaded` may differ from (Core::Options).
  InForce(Loaded loaded, StartKeys keys, Time now);

  /// Sets config_view and own_route from that config, and `notifying` from `wires`.
  void show(const config::Config& shown);

  const StartKeys start_keys;
  const config::Config config;             ///< as it was at the start
  Snapshot<match::Generation> generation;  ///< the rules that new events are matched by
  /// The rules of a reload whose record is being written. The engine takes them from here when it
  /// reaches that record, so it needs no file, which might just fail to open. If a further reload
  /// has replaced them by then, it reads the stored file.
  Snapshot<match::Generation> coming;
  Snapshot<ReloadState> reload;           ///< the outcome of the newest reload
  Snapshot<api::ConfigView> config_view;  ///< what the API shows of the config, without secrets
  Snapshot<OwnRoute> own_route;           ///< the receivers of built-in alerts
  Snapshot<config::PushIngest> pushes;    ///< mappings, and the config of SMN and SNS
  Snapshot<config::Auth> auth;            ///< the demanded credentials, and the proxies
  /// The notification config in force; used on the main thread only
  NotificationConfig wires;
  Snapshot<NotificationConfig> notifying;  ///< a copy of `wires` for other threads, set by show()
};

}  // namespace alarum::app
