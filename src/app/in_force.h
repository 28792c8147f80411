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

/// Config and rules that are in force. A reload replaces the snapshots, each as a whole, on its own
/// thread; any thread reads them.
struct InForce {
  /// `keys`: of the config as it stands on disk, where it has been fitted to this machine since.
  InForce(Loaded loaded, StartKeys keys, Time now);

  /// What the API shows of the config, and whom built-in alerts notify.
  void show(const config::Config& shown);

  const StartKeys start_keys;
  const config::Config config;  ///< as it was at the start
  Snapshot<match::Generation> generation;
  /// What the engine may have to take up next: of a reload before its record is written. So it
  /// needs no file that may not open just then, unless it is still busy with what came before
  /// another reload: then it waits for the file.
  Snapshot<match::Generation> coming;
  Snapshot<ReloadState> reload;
  Snapshot<api::ConfigView> config_view;
  Snapshot<OwnRoute> own_route;
  Snapshot<config::PushIngest> pushes;
  Snapshot<config::Auth> auth;
  /// As they are for the engine and for delivery; the thread of reloads alone, and a start
  NotificationConfig wires;
};

}  // namespace alarum::app
