#include "actors/mempool_actor.hpp"

#include "actors/machine_shell.hpp"

namespace quorate::actors {

namespace {

using Self = rt::Self<messages::MempoolActor, MachineShell<MempoolMachine>>;

struct Perform : CommonEffects<Self> {
  using CommonEffects::CommonEffects;
  using CommonEffects::operator();

  void operator()(const SendTransactions& order) const {
    send(order.peer, messages::encode_frame(order.message));
  }
  void operator()(AskAdmission&& order) const {
    tell(roles().keeper,
         messages::KeeperQuestion{messages::Role::mempool, std::move(order.request)});
  }
  void operator()(const SubmitAnswer& answer) const {
    tell(roles().gateway, messages::TransactionOutcome{answer.token, answer.txid, answer.admitted,
                                                       answer.reason});
  }
};

messages::MempoolActor::behavior_type mempool(Self self, Wiring node, MempoolLimits limits) {
  set_up(self, node, messages::Role::mempool, MempoolMachine{limits});
  return {
      [](const messages::Start&) {},
      [self](const messages::TimerDue& due) { advance<Perform>(self, MempoolInput{due.timer}); },
      [self](const messages::PeerChanged& changed) {
        advance<Perform>(self, changed.up ? MempoolInput{MempoolPeerSeen{changed.peer}}
                                          : MempoolInput{MempoolPeerLost{changed.peer}});
      },
      [self](messages::TransactionsHeard& heard) {
        advance<Perform>(self,
                         MempoolInput{MempoolFromPeer{heard.from, std::move(heard.message)}});
      },
      [self](const messages::KeeperAnswer& answer) {
        if (const auto* admission = std::get_if<messages::AdmissionAnswer>(&answer.reply)) {
          advance<Perform>(self, MempoolInput{*admission});
        }
      },
      [self](const messages::TransactionOffer& offer) {
        const bool taken =
            advance<Perform>(self, MempoolInput{SubmitTransaction{offer.token, offer.bytes.bytes}});
        const auto& gateway = rt::state(self).roles().gateway;
        if (!taken && gateway) {
          rt::send(self, gateway,
                   messages::TransactionOutcome{offer.token, Txid{}, false,
                                                static_cast<std::uint16_t>(Errc::mempool_busy)});
        }
      },
  };
}

}  // namespace

messages::MempoolActor spawn_mempool(caf::actor_system& system, const Wiring& node,
                                     const MempoolLimits& limits) {
  return system.spawn(mempool, node, limits);
}

}  // namespace quorate::actors
