// A bench for one role's shell: the actor under test runs under the seeded coordinator in virtual
// time, every other role is a recording actor, and every port writes down what it is asked, so that
// a test reads in one journal what the shell did and in which order.
#pragma once

#include <doctest/doctest.h>

#include <set>

#include "actors/node_wiring.hpp"
#include "runtime/simulation/coordinator.hpp"
#include "storage/memory_store.hpp"

namespace quorate::test {

using messages::PeerId;
using messages::Role;

/// What a journal's line says: "commit election", "commit refused store_full",
/// "send 3 election.grant", "drop 3 peer_misbehaves", "tell producer LeaderNews", "note keeper",
/// "refusal keeper no_such_db", "bad frame 3 truncated", "evidence two_chunks", "leader",
/// "event BlockAccepted", "stop keeper store_full". A `tell` stands where the other role heard it:
/// after the step that ordered it.
using Journal = std::vector<std::string>;

/// A port that can be made to throw at the next use: an exception of our own making.
enum class Port : std::uint8_t { clock, store, network, observer };

class RoleBench final : private actors::PeerNetwork,
                        private actors::NodeObserver,
                        private actors::NodeControl,
                        private actors::Clock,
                        private storage::RecordStore {
 public:
  explicit RoleBench(std::uint64_t seed = 1);
  ~RoleBench() override;

  [[nodiscard]] caf::actor_system& system() { return system_; }
  /// All roles are recorders until a test takes one away.
  [[nodiscard]] actors::Wiring wiring() const { return wiring_; }
  [[nodiscard]] actors::NodeRoles& roles() { return wiring_->roles; }
  [[nodiscard]] storage::MemoryStore& disk() { return store_; }
  [[nodiscard]] Instant now() const override { return use(Port::clock), coordinator().now(); }

  /// The node has clients of its Stacker DBs as well; a recorder stands for their desk.
  void add_slot_desk();

  /// The actor is ended with the bench.
  template <class Handle>
  Handle own(Handle actor) {
    owned_.push_back(caf::actor_cast<caf::actor>(actor));
    return actor;
  }
  /// Sends and lets everybody handle what that leads to; time stands still.
  template <class Handle, class Message>
  void give(const Handle& to, Message message) {
    rt::send_from_outside(to, std::move(message));
    coordinator().settle();
  }
  /// Virtual time passes.
  void pass(Duration time);
  /// The journal since it was last taken.
  [[nodiscard]] Journal take() { return std::exchange(journal_, {}); }
  /// What a recorder heard of one kind since the beginning.
  template <class Message>
  [[nodiscard]] std::vector<Message> heard(Role role) const {
    std::vector<Message> out;
    for (const auto& [who, message] : heard_) {
      if (who == role && message.template match_elements<Message>()) {
        out.push_back(message.template get_as<Message>(0));
      }
    }
    return out;
  }
  /// Frames that left, decoded.
  [[nodiscard]] std::vector<std::pair<PeerId, messages::PeerMessage>> sent() const;
  /// Their bytes: equal addresses mean that a frame was encoded once.
  [[nodiscard]] const std::vector<std::pair<PeerId, messages::Frame>>& frames() const {
    return frames_;
  }
  [[nodiscard]] const std::vector<actors::Evidence>& evidence() const { return evidence_; }
  [[nodiscard]] const std::optional<std::pair<Role, Error>>& stopped() const { return stopped_; }

  /// Its next use throws.
  void break_port(Port port) { broken_.insert(port); }
  /// The next scan fails with store_corrupt.
  void spoil_reading() { spoiled_ = true; }
  template <class Handle>
  [[nodiscard]] static bool is_alive(const Handle& actor) {
    return !caf::actor_cast<caf::abstract_actor*>(actor)->getf(
        caf::abstract_actor::is_terminated_flag);
  }

 private:
  friend class Recorder;
  [[nodiscard]] simulation::Coordinator& coordinator() const {
    return simulation::coordinator_of(const_cast<caf::actor_system&>(system_));
  }
  void use(Port port) const;
  void hear(Role role, caf::message message);
  [[nodiscard]] caf::actor recorder(Role role);

  void send(PeerId to, const messages::Frame& frame) override;
  void drop(PeerId peer, const Error& reason) override;
  void on_chain_event(const messages::ChainEvent& event, const consensus::Chain&) override;
  void on_leader(const messages::LeaderCertificate&) override;
  void on_evidence(const actors::Evidence& evidence) override;
  void on_note(Role role, const std::string&) override;
  void on_refusal(Role role, const Error& error) override;
  void on_bad_frame(PeerId peer, const Error& error) override;
  [[nodiscard]] bool is_stopped() const override { return stopped_.has_value(); }
  void stop(Role role, const Error& reason) override;
  Result<> commit(std::span<const storage::RecordWrite> writes) override;
  Result<std::optional<Bytes>> get(storage::Table table, ByteView key) const override;
  Result<> scan(storage::Table table,
                const std::function<bool(ByteView, ByteView)>& visit) const override;

  simulation::SimulationConfig config_;
  caf::actor_system system_{config_};
  simulation::Agenda agenda_;
  storage::MemoryStore store_;
  std::shared_ptr<actors::NodeWiring> wiring_{std::make_shared<actors::NodeWiring>()};
  std::vector<caf::actor> owned_;
  Journal journal_;
  std::vector<std::pair<Role, caf::message>> heard_;
  std::vector<std::pair<PeerId, messages::Frame>> frames_;
  std::vector<actors::Evidence> evidence_;
  std::optional<std::pair<Role, Error>> stopped_;
  mutable std::set<Port> broken_;
  bool spoiled_{};
};

/// Where a line first stands, or the journal's length.
[[nodiscard]] std::size_t place(const Journal& journal, const std::string& line);
/// How often it stands there.
[[nodiscard]] std::size_t times(const Journal& journal, const std::string& line);

/// The actor fault's whole course: `wake` makes the shell use its broken clock.
template <class Handle, class Wake>
void check_actor_fault(RoleBench& bench, const Handle& actor, Role role, Wake wake) {
  bench.break_port(Port::clock);
  bench.give(actor, wake);
  REQUIRE(bench.stopped());
  CHECK(bench.stopped()->first == role);
  CHECK(bench.stopped()->second == Error{Errc::actor_fault, "the port broke"});
  CHECK_FALSE(RoleBench::is_alive(actor));
}

}  // namespace quorate::test
