// Starts, watches and ends the processes of a test cluster.
#pragma once

#include "base/time.hpp"
#include "runtime/cluster/cluster_files.hpp"

namespace quorate::cluster {

struct UpOptions {
  ClusterPlan plan;
  std::string program;  ///< This program's own file.
  /// End once all transfers are final everywhere and balances are as expected.
  bool once{};
  bool quiet{};
  Duration patience{seconds(900)};  ///< With `once`.
};

/// Runs until a signal or, with `once`, until all is final. @returns refusals of `create_cluster`;
/// cluster_failed (a process ended by itself, or the patience did).
[[nodiscard]] Result<> run_cluster(const UpOptions& options);

/// Ends all processes of the cluster in `dir` and waits for it. @returns cluster_not_running.
[[nodiscard]] Result<> end_cluster(const std::string& dir);

}  // namespace quorate::cluster
