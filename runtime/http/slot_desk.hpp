// A real node's client side for Stacker DBs: puts questions to the node's replicas and hands their
// answers back, keeps contents that are read often, tells of every chunk that is accepted, and
// looks at each replica once a second for metrics, readiness and the log. May be used from any
// thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "messages/interfaces.hpp"
#include "runtime/http/readiness.hpp"

namespace quorate::http {

/// Speaks for a desk inside the actor system.
[[nodiscard]] messages::SlotDeskActor spawn_slot_desk(
    caf::actor_system& system, std::function<void(const messages::SlotAnswer&)> on_answer,
    std::function<void(const consensus::Chunk&)> on_chunk);

class SlotDesk {
 public:
  struct Limits {
    std::size_t max_pending{4'096};
    Duration patience{seconds(5)};
    /// Contents kept for reading; those of own DBs only, whose arrays never end.
    std::size_t cache_bytes{32u << 20};
  };
  using Reply = std::shared_ptr<const messages::SlotReply>;
  using Done = std::function<void(Result<Reply>)>;
  using Listener = std::function<void(const consensus::Chunk&)>;

  explicit SlotDesk(Limits limits);

  /// From now on these replicas are asked. @param fixed contracts whose one array never changes.
  void open(std::map<std::string, messages::ReplicaPeerActor> replicas,
            const std::vector<std::string>& fixed);
  /// Called for every accepted chunk, on an actor's thread.
  void listen(Listener listener);
  /// Nothing is asked or told any more.
  void close();

  /// @param done is called once, here or on another thread: with the reply, or with no_such_db,
  /// http_busy or http_role_silent.
  void ask(Instant now, const std::string& contract, messages::SlotRequest request, Done done);
  /// Gives up questions that nobody answers, and looks at the replicas. Some times a second.
  void tick(Instant now);
  [[nodiscard]] std::vector<ReplicaPicture> pictures() const;

  void on_answer(const messages::SlotAnswer& answer);
  void on_chunk(const consensus::Chunk& chunk);

 private:
  struct Pending {
    Instant since;
    std::string contract;
    std::optional<consensus::ChunkSlot> slot;
    enum class Kind : std::uint8_t { look, read, write, other } kind{};
    Done done;
  };
  struct Watched {
    messages::ReplicaPeerActor actor;
    bool is_fixed{};
    ReplicaPicture picture;
    bool is_asked{};
    std::map<consensus::ChunkSlot, Reply> cache;
  };

  [[nodiscard]] Reply cached(const Watched& watched, const messages::SlotRequest& request) const;
  void keep(Watched& watched, consensus::ChunkSlot slot, const Reply& reply);
  void forget(Watched& watched, consensus::ChunkSlot slot);
  void look(Instant now);

  Limits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Watched> replicas_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t next_token_;
  std::size_t cached_bytes_{};
  std::optional<Instant> looked_;
  Instant now_;
  Listener listener_;
};

}  // namespace quorate::http
