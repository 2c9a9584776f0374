// A script of inputs to one agreement machine of each mode, with symbolic signatures: the cheater
// may show anything three members could have signed. Whatever comes: one prepare and one proposal
// per view, views and locks only go up, shares only for the lock of the current view, restarts
// forget none of it, and a refused input leaves the state untouched.
#include "tests/simulation/agreement/symbolic_members.hpp"

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::exploration;
using consensus::Phase;
using consensus::Value;
using consensus::View;

namespace {

struct Script {
  ByteView bytes;
  std::size_t at{};
  [[nodiscard]] bool is_over() const { return at >= bytes.size(); }
  std::uint8_t next() { return is_over() ? 0 : bytes[at++]; }
};

struct Bench {
  Branches branches;
  consensus::InstanceId instance;
  consensus::SignerSet set;
  Pen pen;
  std::vector<Value> values;
  std::vector<Timer> timers;
  Bytes record;
  std::map<View, Value> prepared, proposed;

  explicit Bench(std::uint8_t mode) {
    instance.group = mode % 3 == 1 ? GroupKind::stackers : GroupKind::producers;
    instance.purpose = mode % 3 == 2 ? consensus::Purpose::key : consensus::Purpose::block;
    instance.term = TermNumber{4};
    set = symbolic_set(instance.group);
    pen = {instance, set.hash(network)};
    const BurnView r = Branches::view(branches.root), a = Branches::view(branches.a),
                   b = Branches::view(branches.b);
    values = {block(1, r), block(2, r), block(3, a), block(4, b),
              reject(a),   reject(b),   key(1),      retry()};
  }
  [[nodiscard]] AgreementMachine machine() const {
    agreement::Context c;
    c.network_id = network;
    c.instance = instance;
    c.set = set;
    c.set_hash = pen.set_hash;
    c.notary = &notary(0);
    return AgreementMachine{std::make_shared<const agreement::Context>(std::move(c))};
  }
  [[nodiscard]] agreement::BurnMoved tip(std::uint8_t which) const {
    const consensus::BurnLink* tips[] = {&branches.root, &branches.a, &branches.b, &branches.a2};
    return {{branches.root, branches.a, branches.b, branches.a2}, tips[which % 4]->hash()};
  }
  void note(std::map<View, Value>& said, const consensus::Vote& vote) const {
    ASSERT(said.emplace(vote.view, vote.value).first->second == vote.value);
  }
  void absorb(const agreement::Effects& effects) {
    bool persisted = false;
    for (const auto& effect : effects) {
      if (const auto* persist = std::get_if<Persist>(&effect)) {
        record = *persist->writes.at(0).value;
        persisted = true;
      } else if (const auto* arm = std::get_if<ArmTimer>(&effect)) {
        timers.push_back(arm->timer);
        if (timers.size() > 16) timers.erase(timers.begin());
      } else if (const auto* publish = std::get_if<agreement::Publish>(&effect)) {
        const auto& state = publish->state;
        if (state.prepare && !prepared.contains(state.prepare->view)) ASSERT(persisted);
        if (state.prepare) note(prepared, *state.prepare);
        if (state.proposal) note(proposed, state.proposal->word);
        ASSERT(decode<messages::AgreementState>(encode(state)).value() == state);
      }
    }
  }
  agreement::Input next_input(Script& script) const {
    const std::uint8_t kind = script.next();
    const Value value = values[script.next() % values.size()];
    const std::uint8_t where = script.next();
    const View view{where % 5u, (where / 5u) % 3u};
    const std::uint8_t who = script.next() % 4;
    agreement::PeerState peer{MemberIndex{who}, {}};
    peer.state.instance = instance;
    switch (kind % 12) {
      case 0:
        return tip(who);
      case 1:
        return agreement::Candidate{value,
                                    MicroStx{where},
                                    who,
                                    static_cast<agreement::Verdict>(script.next() % 3),
                                    Errc::bad_signature,
                                    static_cast<agreement::Seen>(where % 2),
                                    static_cast<agreement::Tail>(where / 2 % 2)};
      case 2:
        return agreement::LeaderGranted{pen.leader(view.epoch, who)};
      case 3:
        return agreement::CutOff{};
      case 4:
        if (timers.empty()) return agreement::Convicted{MemberIndex{who}};
        return agreement::TimerFired{timers[where % timers.size()]};
      case 5:
        return agreement::Signed{view, value};
      case 6:
        if (who % 2 == 0) return agreement::TermOver{};
        return agreement::TermResumed{};
      case 7:
        peer.state.prepare = pen.vote(who, Phase::prepare, view, value);
        return peer;
      case 8:
        peer.state.view = view;
        peer.state.commit = pen.vote(who, Phase::commit, view, value);
        return peer;
      case 9:
        peer.state.certificates.push_back(
            pen.certificate(Phase::prepare, view, value, 2 + script.next() % 3));
        return peer;
      case 10:
        peer.state.refusal = pen.refusal(who, value, "bad_signature");
        return peer;
      default:
        peer.state.proposal.emplace();
        peer.state.proposal->word = pen.word(who, view, value);
        if (value.kind == consensus::ValueKind::reject)
          peer.state.proposal->rejected = values[where % 4];
        if (instance.purpose == consensus::Purpose::block &&
            instance.group == GroupKind::producers) {
          peer.state.proposal->leader = pen.leader(view.epoch, who);
        }
        return peer;
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script{{data, std::min<std::size_t>(size, 400)}};
  Bench bench{script.next()};
  AgreementMachine machine = bench.machine();
  std::uint8_t tip = 1;
  bench.absorb(machine.step({}, bench.tip(tip)).value());
  while (!script.is_over()) {
    const auto before = machine.current_view();
    const auto locks = machine.locks();
    if (script.next() == 255) {
      machine = bench.machine();
      if (!bench.record.empty()) {
        bench.absorb(machine.step({}, agreement::Restored{bench.record}).value());
      }
      ASSERT(machine.locks() == locks);
      bench.absorb(machine.step({}, bench.tip(tip)).value());
    } else {
      const auto input = bench.next_input(script);
      const Bytes state = machine.fingerprint();
      const auto effects = machine.step({}, input);
      if (effects.ok()) {
        bench.absorb(*effects);
      } else {
        ASSERT(machine.fingerprint() == state);
      }
    }
    ASSERT(!before || machine.current_view() >= before);
    for (const auto& [value, view] : locks) ASSERT(machine.locks().at(value) >= view);
    for (const auto& [value, view] : machine.locks()) {
      ASSERT(machine.certificates().at(value).view >= view);
      if (machine.may_release(view, value)) ASSERT(machine.current_view() == view);
    }
  }
  return 0;
}
