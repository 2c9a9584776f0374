// A small group whose agreement machines read each other's states on demand: who reads whom, when,
// and which timer fires is the test's script.
#pragma once

#include <doctest/doctest.h>

#include "actors/agreement_machine.hpp"
#include "tests/unit/actors/members_fixture.hpp"

namespace quorate::actors {

/// A scripted Bitcoin: root R at height 100, rival children A and B at 101, A2 on A, B2 on B.
struct ScriptedBranches {
  consensus::BurnLink root = link(100, 0, BurnHash{});
  consensus::BurnLink a = link(101, 1, root.hash());
  consensus::BurnLink b = link(101, 2, root.hash());
  consensus::BurnLink a2 = link(102, 3, a.hash());
  consensus::BurnLink b2 = link(102, 4, b.hash());

  static consensus::BurnLink link(std::uint64_t height, std::uint8_t mark, BurnHash parent) {
    consensus::BurnLink link;
    link.height = BurnHeight{height};
    const BurnHash internal = reversed(parent);
    std::copy(internal.bytes.begin(), internal.bytes.end(), link.header.bytes.begin() + 4);
    link.header.bytes[79] = mark;
    return link;
  }
  static BurnView view(const consensus::BurnLink& link) { return {link.height, link.hash()}; }
};

inline consensus::Value block_at(std::uint8_t name, const consensus::BurnLink& burn) {
  Hash256 id;
  id.bytes[0] = name;
  return {consensus::ValueKind::block, id, ScriptedBranches::view(burn)};
}
inline consensus::Value reject_at(const consensus::BurnLink& burn) {
  return {consensus::ValueKind::reject, {}, ScriptedBranches::view(burn)};
}
inline consensus::Value key_value(std::uint8_t name) {
  Hash256 id;
  id.bytes[0] = name;
  return {consensus::ValueKind::key, id, {}};
}
inline consensus::Value retry_value() { return {consensus::ValueKind::retry, {}, {}}; }

enum class Mode : std::uint8_t { producers, stackers, key };

struct Group {
  Members members;
  ScriptedBranches bitcoin;
  consensus::InstanceId instance;
  std::vector<AgreementMachine> machines;
  std::vector<agreement::Effects> effects;  ///< Of each machine's last step.
  std::vector<Bytes> records;               ///< Last persisted.
  std::vector<std::string> transcript;      ///< What was ordered, but for publishing and timers.

  explicit Group(Mode mode, const std::vector<std::uint32_t>& weights = {25, 25, 25, 25})
      : members(weights, mode == Mode::stackers ? GroupKind::stackers : GroupKind::producers) {
    instance.group = members.set.kind;
    instance.generation = 3;
    if (mode == Mode::key) {
      instance.purpose = consensus::Purpose::key;
      instance.height = BlockHeight{3};
    } else {
      instance.term = TermNumber{3};
      instance.height = BlockHeight{17};
    }
    effects.resize(size());
    records.resize(size());
    for (std::size_t p = 0; p < size(); ++p) machines.emplace_back(context(p));
    for (std::size_t p = 0; p < size(); ++p) tip(p, bitcoin.root, {bitcoin.root});
  }

  [[nodiscard]] std::size_t size() const { return members.size(); }
  [[nodiscard]] std::shared_ptr<const agreement::Context> context(std::size_t p) const {
    agreement::Context c;
    c.network_id = test_network;
    c.instance = instance;
    c.set = members.set;
    c.set_hash = members.hash();
    c.self = member(p);
    c.notary = &members.notary(p);
    return std::make_shared<const agreement::Context>(std::move(c));
  }

  Result<agreement::Effects> try_step(std::size_t p, const agreement::Input& input,
                                      Instant now = {}) {
    return machines[p].step(now, input);
  }
  const agreement::Effects& step(std::size_t p, const agreement::Input& input, Instant now = {}) {
    auto result = try_step(p, input, now);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().message()));
    effects[p] = std::move(result).value();
    for (const auto& effect : effects[p]) {
      if (const auto* persist = std::get_if<Persist>(&effect)) {
        records[p] = *persist->writes.at(0).value;
      }
      note(p, effect);
    }
    return effects[p];
  }
  void tip(std::size_t p, const consensus::BurnLink& to,
           const std::vector<consensus::BurnLink>& links = {}) {
    step(p, agreement::BurnMoved{links, to.hash()});
  }
  void tip_of_all(const consensus::BurnLink& to,
                  const std::vector<consensus::BurnLink>& links = {}) {
    for (std::size_t p = 0; p < size(); ++p) tip(p, to, links);
  }
  void candidate(std::size_t p, const consensus::Value& value, std::uint64_t fees = 0,
                 agreement::Verdict verdict = agreement::Verdict::valid,
                 agreement::Seen seen = agreement::Seen::before_cutoff,
                 agreement::Tail tail = agreement::Tail::longest) {
    step(p, agreement::Candidate{value, MicroStx{fees}, static_cast<std::uint32_t>(p), verdict,
                                 Errc::bad_signature, seen, tail});
  }
  void candidate_of_all(const consensus::Value& value, std::uint64_t fees = 0) {
    for (std::size_t p = 0; p < size(); ++p) candidate(p, value, fees);
  }
  void cut_off() {
    for (std::size_t p = 0; p < size(); ++p) step(p, agreement::CutOff{});
  }
  [[nodiscard]] messages::LeaderCertificate leader(std::uint32_t epoch, std::size_t p) const {
    messages::LeaderCertificate c{
        instance.term, epoch, member(p), BitVector{static_cast<std::uint16_t>(size())}, {}};
    for (std::size_t voter = 0; voter < size(); ++voter) {
      c.granters.set(voter);
      c.signatures.push_back(members.notary(voter).sign(
          messages::election_digest(test_network, members.hash(), messages::ElectionKind::grant,
                                    {instance.term, epoch, member(p)})));
    }
    return c;
  }
  void lead(std::size_t p, std::uint32_t epoch) {
    step(p, agreement::LeaderGranted{leader(epoch, p)});
  }
  void read(std::size_t reader, std::size_t writer) {
    step(reader, agreement::PeerState{member(writer), machines[writer].state()});
  }
  /// Everybody among `who` reads everybody among `who`, until nothing new is published.
  void talk(const std::vector<std::size_t>& who) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const std::size_t reader : who) {
        for (const std::size_t writer : who) {
          if (reader == writer) continue;
          const auto before = machines[reader].state();
          read(reader, writer);
          moved = moved || !(machines[reader].state() == before);
        }
      }
    }
  }
  void talk() {
    std::vector<std::size_t> all;
    for (std::size_t p = 0; p < size(); ++p) all.push_back(p);
    talk(all);
  }
  /// A machine that knows nothing but its record and Bitcoin.
  void restart(std::size_t p, const std::vector<consensus::BurnLink>& links) {
    machines[p] = AgreementMachine{context(p)};
    if (!records[p].empty()) step(p, agreement::Restored{records[p]});
    step(p, agreement::BurnMoved{links, links.back().hash()});
  }
  /// Who leads a view of stackers or of a key instance: whoever proposes when all are in it.
  [[nodiscard]] std::size_t view_leader(std::uint32_t view) const {
    Bytes text;
    Writer{text}.put(members.hash()).put(instance.height).put(instance.attempt).put(view);
    const Hash256 hash = crypto::tagged_h("quorate/view-leader", text);
    const SlotIndex slot{static_cast<std::uint32_t>(get_be<std::uint64_t>(hash.bytes.data()) %
                                                    members.set.total_slots)};
    for (std::size_t p = 0; p < size(); ++p) {
      const auto& slots = members.set.members[p].slots;
      if (std::binary_search(slots.begin(), slots.end(), slot)) return p;
    }
    return size();
  }
  /// The view timer fires at `p` (stackers, keys).
  void time_out(std::size_t p) {
    const std::uint64_t view = machines[p].state().view.epoch;
    const bool is_key = instance.purpose == consensus::Purpose::key;
    const auto kind =
        is_key ? agreement::TimerKind::key_view_over : agreement::TimerKind::view_over;
    step(p, agreement::TimerFired{{static_cast<std::uint8_t>(kind), instance.height.value,
                                   instance.term.value << 32 | instance.attempt, view << 32}});
  }
  void time_out_all() {
    for (std::size_t p = 0; p < size(); ++p) time_out(p);
  }
  void round_over(std::size_t p, std::uint32_t epoch, std::uint32_t round) {
    step(p,
         agreement::TimerFired{{static_cast<std::uint8_t>(agreement::TimerKind::round_over),
                                instance.height.value, instance.term.value << 32 | instance.attempt,
                                std::uint64_t{epoch} << 32 | round}});
  }

  [[nodiscard]] consensus::Vote vote(std::size_t p, consensus::Phase phase,
                                     const consensus::View& view,
                                     const consensus::Value& value) const {
    return {view, value,
            members.notary(p).sign(consensus::vote_digest(test_network, members.hash(), phase,
                                                          instance, view, value))};
  }
  [[nodiscard]] consensus::VoteCertificate certificate(
      consensus::Phase phase, const consensus::View& view, const consensus::Value& value,
      const std::vector<std::size_t>& signers) const {
    consensus::VoteCertificate c{
        phase, instance, view, value, BitVector{static_cast<std::uint16_t>(size())}, {}};
    for (const std::size_t p : signers) {
      c.signers.set(p);
      c.signatures.push_back(vote(p, phase, view, value).signature);
    }
    return c;
  }
  [[nodiscard]] messages::Proposal proposal(std::size_t p, const consensus::View& view,
                                            const consensus::Value& value) const {
    messages::Proposal proposal;
    proposal.word = {view, value,
                     members.notary(p).sign(messages::proposal_digest(test_network, members.hash(),
                                                                      instance, view, value))};
    if (members.set.kind == GroupKind::producers && instance.purpose == consensus::Purpose::block) {
      proposal.leader = leader(view.epoch, p);
    }
    return proposal;
  }
  /// A state that shows only what the test says.
  [[nodiscard]] messages::AgreementState blank() const {
    messages::AgreementState state;
    state.instance = instance;
    return state;
  }
  void show_certificate(std::size_t reader, const consensus::VoteCertificate& certificate,
                        std::size_t by, const std::vector<consensus::BurnLink>& links = {}) {
    auto state = blank();
    state.certificates.push_back(certificate);
    for (const auto& link : links) state.links.push_back(link);
    step(reader, agreement::PeerState{member(by), state});
  }
  void show_proposal(std::size_t reader, const messages::Proposal& proposal, std::size_t by) {
    auto state = blank();
    state.proposal = proposal;
    step(reader, agreement::PeerState{member(by), state});
  }

  template <class T>
  [[nodiscard]] const T* ordered(std::size_t p) const {
    for (const auto& effect : effects[p]) {
      if (const auto* found = std::get_if<T>(&effect)) return found;
    }
    return nullptr;
  }
  [[nodiscard]] std::optional<consensus::Value> prepared(std::size_t p) const {
    const auto& prepare = machines[p].state().prepare;
    if (!prepare) return std::nullopt;
    return prepare->value;
  }

 private:
  static std::string name(const consensus::Value& value) {
    static const char* const kinds[] = {"block", "reject", "key", "retry"};
    std::string text = kinds[static_cast<int>(value.kind)];
    if (!value.id.is_zero()) text += " " + std::to_string(value.id.bytes[0]);
    return text;
  }
  void note(std::size_t p, const agreement::Effect& effect) {
    const std::string who = std::to_string(p) + ": ";
    if (const auto* open = std::get_if<agreement::OpenSigning>(&effect)) {
      transcript.push_back(who + "signing of " + name(open->value) + " in (" +
                           std::to_string(open->view.epoch) + "," +
                           std::to_string(open->view.round) + ")");
    } else if (const auto* decided = std::get_if<agreement::Decided>(&effect)) {
      transcript.push_back(who + "decided " + name(decided->certificate.value));
    } else if (const auto* need = std::get_if<agreement::NeedBlock>(&effect)) {
      transcript.push_back(
          who + "needs a block on " + std::to_string(need->burn_view.height.value) +
          (need->why == agreement::BlockNeed::lock_on_orphan ? " beside a lock" : ""));
    } else if (const auto* want = std::get_if<agreement::WantBlock>(&effect)) {
      transcript.push_back(who + "wants " + name(want->value));
    } else if (const auto* fault = std::get_if<agreement::FaultFound>(&effect)) {
      transcript.push_back(who + "convicts " + std::to_string(fault->proof.member.value));
    }
  }
};

}  // namespace quorate::actors
