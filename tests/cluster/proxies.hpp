// The nodes' connections led through the test, which can cut and heal them.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace quorate::stage {

class Proxies {
 public:
  enum class Cut : std::uint8_t {
    none,
    silent,  ///< Nothing moves and nobody is told, as when a cable is pulled.
    closed,  ///< Connections end, and new ones at once.
  };

  Proxies();
  /// Ends all connections and the thread that moves their bytes.
  ~Proxies();
  Proxies(const Proxies&) = delete;
  Proxies& operator=(const Proxies&) = delete;

  /// @returns a port of loopback behind which `target` answers, for connections from `a` to `b`.
  std::uint16_t open(const std::string& a, const std::string& b, std::uint16_t target);
  /// Cuts every link between `side` and the others; all other links are whole.
  void cut(const std::set<std::string>& side, Cut how);
  void heal() { cut({}, Cut::none); }

 private:
  struct Pair {
    int ends[2];              ///< The caller and the node it called.
    std::string waiting[2];   ///< Read from that end, not yet written to the other.
  };
  struct Link {
    std::string a;
    std::string b;
    std::uint16_t target{};
    int listener{};
    Cut cut{Cut::none};
    std::list<Pair> pairs;
  };

  void run();
  void turn();
  void wake() const;
  static void accept(Link& link);
  /// False once either end is gone.
  static bool move(Pair& pair, const short (&ready)[2]);

  std::mutex mutex_;  ///< Guards `links_`.
  std::list<Link> links_;
  int wakeup_[2]{};
  std::atomic<bool> is_over_{};
  std::thread thread_;
};

}  // namespace quorate::stage
