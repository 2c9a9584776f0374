// A group that generates its key through nothing but Stacker DB chunks: the real compositions of
// key generation, agreement and signing of every member, replicas that lose and reorder, Bitcoin
// heights, crashes, and members that lie. Virtual time; one seed decides all.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "actors/group_member.hpp"
#include "tests/simulation/keygen/keygen_scenario.hpp"

namespace quorate::test {

class KeygenNetwork {
 public:
  struct Evidence {
    std::size_t finder{};
    crypto::PublicKey accused;
    std::string kind;
    Bytes proof;
  };
  struct Member {
    std::unique_ptr<actors::KeyNotary> notary;
    actors::StoredTables disk;    ///< What a crash leaves.
    actors::StoredTables stored;  ///< What the running machine was given.
    std::map<consensus::ChunkSlot, consensus::Chunk> replica;
    std::unique_ptr<actors::GroupMember> machine;
    bool is_up{};
    bool is_gone{};  ///< Down for good.
    std::uint32_t lives{};
    std::size_t persists{};
    std::optional<consensus::KeyCertificate> key;
    std::optional<crypto::SchnorrSignature> signature;
    std::uint32_t writes{};
  };

  explicit KeygenNetwork(KeygenScenario scenario);

  /// What member p is made of, but for what it has stored.
  [[nodiscard]] actors::GroupMemberSetup setup_of(std::size_t p, const Hash256& entropy) const;
  [[nodiscard]] const crypto::SecretKey& key_of(std::size_t p) const { return keys_[p]; }
  [[nodiscard]] const consensus::Params& params() const { return params_; }
  /// Bitcoin so far.
  [[nodiscard]] const std::vector<consensus::BurnLink>& burn() const { return burn_; }

  /// Until every honest member holds the key, or Bitcoin is `most_blocks` further.
  /// @returns whether they all do.
  bool generate(std::uint64_t most_blocks);
  /// The group signs; an honest member collects. @returns whether it has a signature in time.
  bool sign(const Hash256& sighash);

  [[nodiscard]] const KeygenScenario& scenario() const { return scenario_; }
  [[nodiscard]] const consensus::SignerSet& set() const { return set_; }
  [[nodiscard]] messages::KeygenScene scene() const {
    return {set_, consensus::boot_db_address(params_, set_), params_.network_id};
  }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] const std::vector<Evidence>& evidence() const { return evidence_; }
  [[nodiscard]] bool is_honest(std::size_t p) const { return !scenario_.members[p].is_faulty; }
  [[nodiscard]] std::size_t collector() const { return collector_; }
  /// Honest members that signed two different dealings for one attempt, by name of the slot.
  [[nodiscard]] const std::vector<std::string>& dealt_twice() const { return dealt_twice_; }
  /// Honest members whose dealing of an attempt every other honest one had before its deadline.
  [[nodiscard]] bool dealt_in_time(std::size_t p, std::uint32_t attempt) const;
  /// Whether the leader was brought down in the phase that was drawn.
  [[nodiscard]] bool leader_fell() const { return leader_fell_; }
  [[nodiscard]] std::size_t restarts() const { return restarts_; }
  /// Where every member stands, and the last lines of the honest ones' logs.
  [[nodiscard]] std::string text() const;

 private:
  using Event = std::function<void()>;

  void at(Instant when, Event event) {
    agenda_.emplace(std::pair{when, events_++}, std::move(event));
  }
  void after(Duration span, Event event) { at(now_ + span, std::move(event)); }
  /// Runs events until `done` or until this moment. @returns whether it is done.
  bool run(Instant end, const std::function<bool()>& done);
  [[nodiscard]] Duration delay();

  void boot(std::size_t p);
  /// Permits what is being signed, and collects if it is the collector.
  void take_part(std::size_t p);
  void crash(std::size_t p, Duration down_for);
  void mine();
  /// Lets the machine do something, and performs what it orders.
  void act(std::size_t p, const std::function<void(actors::GroupMember&)>& what);
  void perform(std::size_t p, actors::MemberEffects effects);
  /// A write of member p to its own replica, and from there to the others.
  void write(std::size_t p, const consensus::Chunk& chunk);
  void spread(std::size_t p, const consensus::Chunk& chunk);
  void arrive(std::size_t p, const consensus::Chunk& chunk);
  void heal();
  void note_dealing(std::size_t p, const consensus::Chunk& chunk);
  [[nodiscard]] bool is_precompute(std::size_t p, consensus::ChunkSlot slot) const;
  /// Whether what this member just wrote makes it the leader in the phase that was drawn.
  [[nodiscard]] bool falls_now(std::size_t p, const consensus::Chunk& chunk) const;
  [[nodiscard]] std::size_t leader_of_view_0(const consensus::InstanceId& instance) const;

  // keygen_lies.cpp: what faulty members write instead.
  void write_dealing(std::size_t p, const std::vector<consensus::Chunk>& chunks);
  [[nodiscard]] std::vector<Bytes> lie_about(std::size_t p, std::uint32_t attempt,
                                             const Bytes& dealing);
  void write_state(std::size_t p, const consensus::Chunk& chunk);
  void lie_about(std::size_t p, messages::MemberState& state);
  void lie_in_proposal(std::size_t p, messages::MemberState& state) const;
  void complain_falsely(std::size_t p, messages::KeygenState& state);
  [[nodiscard]] consensus::Chunk sign_again(std::size_t p, const consensus::Chunk& chunk,
                                            Bytes content) const;

  KeygenScenario scenario_;
  consensus::Params params_;
  consensus::SignerSet set_;
  std::vector<crypto::SecretKey> keys_;
  std::vector<Member> members_;
  crypto::ChaChaRng rng_;

  Instant now_{seconds(1'000).us};
  std::map<std::pair<Instant, std::uint64_t>, Event> agenda_;
  std::uint64_t events_{};
  std::vector<consensus::BurnLink> burn_;
  bool leader_fell_{};
  std::size_t restarts_{};
  std::size_t collector_{};
  std::optional<Hash256> sighash_;

  std::vector<Evidence> evidence_;
  std::map<std::tuple<std::size_t, consensus::ChunkSlot, ChunkVersion>, Hash256> dealt_;
  std::map<std::pair<std::size_t, std::uint32_t>, std::set<std::size_t>> had_dealing_;
  std::vector<std::string> dealt_twice_;
  std::deque<std::string> notes_;
};

}  // namespace quorate::test
