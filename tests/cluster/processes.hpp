// A cluster whose processes the test starts, kills and looks at itself.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "runtime/cluster/cluster_files.hpp"
#include "runtime/config/node_config.hpp"

namespace quorate::stage {

class Proxies;

class Processes {
 public:
  /// Makes the folder of a cluster below the system's temporary one, with fast Bitcoin blocks.
  Processes(const std::string& name, std::uint32_t nodes, std::uint16_t port);
  /// Everything is ended; the folder goes unless something failed.
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  [[nodiscard]] const std::string& dir() const { return dir_; }
  /// Every node calls its peers through `proxies`. Before any is started.
  void lead_through(Proxies& proxies) const;
  void start_bitcoin();
  void start(const std::string& node);
  /// kill -9, and gone.
  void kill(const std::string& node);
  /// SIGTERM; the process must end by itself with code 0.
  void end(const std::string& node);
  /// Another node that follows and has no role: knows one peer and Bitcoin's feed.
  void add_observer(const std::string& name, std::uint16_t port, const std::string& peer);

  [[nodiscard]] std::vector<cluster::NodeLine> look() const;
  [[nodiscard]] cluster::NodeLine look(const std::string& node) const;
  /// Looks again and again until it holds; false after `limit_s` seconds.
  bool await(int limit_s, const std::function<bool()>& holds) const;
  /// Every node's accepted blocks, by height, from its store; the node must not run.
  [[nodiscard]] std::map<std::uint64_t, std::vector<std::string>> blocks(
      const std::string& node) const;

 private:

  std::string dir_;
  std::uint32_t nodes_{};
  std::uint16_t port_{};
  std::map<std::string, int> running_;
};

/// Height up to which every one of these nodes calls its blocks final; 0 if one has none.
[[nodiscard]] std::uint64_t lowest_final(const std::vector<cluster::NodeLine>& lines);

/// Over the union of all logs, of nodes that do not run: what the first holds at a height up to
/// `final_height`, every other one holds.
void check_same_blocks(const Processes& all, const std::vector<std::string>& nodes,
                       std::uint64_t final_height);

}  // namespace quorate::stage
