// The folder of a test cluster: a network file, a scripted Bitcoin, N nodes that know each other,
// and a list of the processes that run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace quorate::cluster {

struct ClusterPlan {
  std::string dir;
  std::uint32_t nodes{4};
  std::uint16_t port{20'440};  ///< Of the scripted Bitcoin; nodes count up from there.
  std::int64_t burn_interval_ms{2'000};
  std::int64_t spread_ms{60'000};
  std::string genesis;    ///< Opening balances.
  std::string transfers;  ///< Empty: none.
  std::string expected;
};

/// Writes everything but the list of processes. @returns bad_option, file_exists,
/// cannot_write_file, a refusal of the genesis file.
[[nodiscard]] Result<> create_cluster(const ClusterPlan& plan);

struct Process {
  std::string name;  ///< "bitcoin", "n1", …
  int pid{};
};
struct ProcessList {
  int keeper{};  ///< `quorate cluster up` itself.
  std::vector<Process> all;
};
[[nodiscard]] Result<> write_processes(const std::string& dir, const ProcessList& list);
/// @returns cluster_not_running.
[[nodiscard]] Result<ProcessList> read_processes(const std::string& dir);
/// Whether a process of this program runs under the number.
[[nodiscard]] bool is_running(int pid);

/// What `status.json` of a node says.
struct NodeLine {
  std::string name;
  int pid{};
  bool is_alive{};
  std::string role;
  std::string leader;
  std::uint64_t height{};
  std::optional<std::uint64_t> final_height;
  std::string final_block;
  std::uint64_t burn_height{};
  std::uint64_t term{};
  std::uint64_t peers{};
  std::uint64_t lag{};  ///< Blocks below the highest node.
  std::uint64_t transfers_final{};
  std::uint64_t transfers{};
  std::uint64_t measured{};
  std::int64_t p50_ms{};
  std::int64_t p99_ms{};
  std::uint64_t resident_kib{};
  std::optional<bool> as_expected;
  std::vector<std::string> evidence;
};
[[nodiscard]] std::vector<NodeLine> look_at(const std::string& dir, const ProcessList& list);
[[nodiscard]] std::string text_of(const std::vector<NodeLine>& lines);
[[nodiscard]] std::string json_of(const std::vector<NodeLine>& lines);

}  // namespace quorate::cluster
