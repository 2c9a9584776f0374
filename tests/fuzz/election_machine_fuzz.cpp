// A script of inputs to one election machine: four members, symbolic signatures, some of them
// false. Whatever comes, the member grants once per epoch (across restarts), epochs never go down,
// a refused input changes nothing that can be seen.
#include <map>

#include "actors/leader_election_machine.hpp"
#include "tests/simulation/agreement/symbolic_members.hpp"

using namespace quorate;
using namespace quorate::actors;
using exploration::network;
using exploration::notary;

namespace {

constexpr TermNumber term{4};

struct Script {
  ByteView bytes;
  std::size_t at{};
  [[nodiscard]] bool is_over() const { return at >= bytes.size(); }
  std::uint8_t next() { return is_over() ? 0 : bytes[at++]; }
};

crypto::SchnorrSignature sign(const SetHash& set, std::uint8_t signer, messages::ElectionKind kind,
                              const messages::Candidacy& what) {
  return notary(signer % 4).sign(messages::election_digest(network, set, kind, what));
}

election::Input next_input(Script& script, const consensus::SignerSet& set,
                           const std::vector<Timer>& timers) {
  const SetHash hash = set.hash(network);
  const std::uint8_t kind = script.next();
  const MemberIndex member{static_cast<std::uint16_t>(script.next() % 5)};
  const std::uint32_t epoch = script.next() % 6;
  const messages::Candidacy candidacy{term, epoch, member};
  switch (kind % 8) {
    case 0:
      return election::Received{messages::ElectionRequest{
          candidacy, sign(hash, script.next(), messages::ElectionKind::request, candidacy)}};
    case 1: {
      const std::uint8_t voter = script.next() % 5;
      return election::Received{
          messages::ElectionGrant{candidacy, MemberIndex{voter},
                                  sign(hash, voter, messages::ElectionKind::grant, candidacy)}};
    }
    case 2:
      return election::PeerEpoch{term, member, epoch};
    case 3: {
      messages::LeaderCertificate c{term, epoch, member, BitVector{4}, {}};
      const std::uint8_t voters = script.next();
      for (std::uint8_t p = 0; p < 4; ++p) {
        if (!((voters >> p) & 1)) continue;
        c.granters.set(p);
        c.signatures.push_back(sign(hash, p, messages::ElectionKind::grant, candidacy));
      }
      return election::CertificateSeen{c};
    }
    case 4:
      return election::Progress{term};
    case 5:
      return election::WorkChanged{
          term, script.next() % 2 == 0 ? election::Work::none : election::Work::some};
    default:
      return timers.empty() ? election::Input{election::Progress{TermNumber{9}}}
                            : election::TimerFired{timers[script.next() % timers.size()]};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script{{data, std::min<std::size_t>(size, 512)}};
  const auto set = exploration::symbolic_set(GroupKind::producers);
  const consensus::Timing timing;
  Instant now{};
  std::map<std::uint32_t, Bytes> promises;  // Epoch → what was persisted for it.
  std::vector<std::pair<Bytes, Bytes>> disk;
  std::vector<Timer> timers;
  const auto absorb = [&](const Result<election::Effects>& effects,
                          const LeaderElectionMachine& machine) {
    if (!effects.ok()) return;
    for (const auto& effect : *effects) {
      if (const auto* arm = std::get_if<ArmTimer>(&effect)) {
        timers.push_back(arm->timer);
        if (timers.size() > 64) timers.erase(timers.begin());
      } else if (const auto* persist = std::get_if<Persist>(&effect)) {
        const auto& write = persist->writes.at(0);
        disk = {{write.key, *write.value}};
        const auto [at, is_new] = promises.emplace(machine.epoch(), *write.value);
        ASSERT(is_new || at->second == *write.value);
      }
    }
  };
  LeaderElectionMachine machine{network, timing, notary(0)};
  absorb(machine.step(now, election::TermStarted{term, set, MemberIndex{0}}), machine);
  while (!script.is_over()) {
    now = now + milliseconds(script.next() * 10);
    if (script.next() == 255) {
      machine = LeaderElectionMachine{network, timing, notary(0)};
      ASSERT(machine.step(now, election::Restored{disk}).ok());
      absorb(machine.step(now, election::TermStarted{term, set, MemberIndex{0}}), machine);
      continue;
    }
    const std::uint32_t epoch = machine.epoch();
    const auto granted = machine.granted();
    const auto effects = machine.step(now, next_input(script, set, timers));
    ASSERT(machine.epoch() >= epoch);
    if (machine.epoch() == epoch && granted) ASSERT(machine.granted() == granted);
    if (!effects.ok()) ASSERT(machine.granted() == granted);
    absorb(effects, machine);
  }
  return 0;
}
