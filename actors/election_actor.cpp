#include "actors/election_actor.hpp"

#include <algorithm>

#include "actors/machine_shell.hpp"

namespace quorate::actors {

namespace {

struct ElectionShell : MachineShell<LeaderElectionMachine> {
  std::shared_ptr<const Notary> notary;
  std::vector<messages::PeerId> peers;
  /// Over which connection a member was last heard, as far as its word was accepted.
  std::map<MemberIndex, messages::PeerId> routes;
};
using Self = rt::Self<messages::ElectionActor, ElectionShell>;

struct Perform : CommonEffects<Self> {
  using CommonEffects::CommonEffects;
  using CommonEffects::operator();

  void operator()(const election::SendTo& order) const {
    const auto& routes = rt::state(self_).routes;
    const auto route = routes.find(order.member);
    if (route == routes.end()) {
      to_all(messages::encode_frame(order.message));
    } else {
      send(route->second, messages::encode_frame(order.message));
    }
  }
  void operator()(const election::Broadcast& order) const {
    to_all(messages::encode_frame(order.message));
  }
  void operator()(const election::LeaderElected& elected) const {
    ports().observer->on_leader(elected.certificate);
    tell(roles().producer, messages::LeaderNews{elected.certificate});
  }
  void operator()(const election::EpochEntered& entered) const {
    tell(roles().producer, messages::EpochNews{entered.term, entered.epoch});
  }

 private:
  void to_all(const messages::Frame& frame) const {
    for (const messages::PeerId peer : rt::state(self_).peers) send(peer, frame);
  }
};

MemberIndex speaker_of(const messages::ElectionMessage& message) {
  if (const auto* request = std::get_if<messages::ElectionRequest>(&message)) {
    return request->candidacy.candidate;
  }
  return std::get<messages::ElectionGrant>(message).voter;
}

struct Advise {
  Self self;
  void operator()(const messages::ElectionTerm& advice) const {
    rt::state(self).routes.clear();
    advance<Perform>(
        self, election::Input{election::TermStarted{advice.term, advice.set, advice.self}});
  }
  void operator()(const messages::ElectionProgress& advice) const {
    advance<Perform>(self, election::Input{election::Progress{advice.term}});
  }
  void operator()(const messages::ElectionWork& advice) const {
    const auto work = advice.some ? election::Work::some : election::Work::none;
    advance<Perform>(self, election::Input{election::WorkChanged{advice.term, work}});
  }
  void operator()(const messages::ElectionSeen& advice) const {
    advance<Perform>(
        self, election::Input{election::PeerEpoch{advice.term, advice.member, advice.epoch}});
    if (advice.certificate) {
      advance<Perform>(self, election::Input{election::CertificateSeen{*advice.certificate}});
    }
  }
};

messages::ElectionActor::behavior_type election_participant(
    Self self, Wiring node, std::uint32_t network_id, consensus::Timing timing,
    std::shared_ptr<const Notary> notary) {
  set_up(self, node, messages::Role::election,
         LeaderElectionMachine{network_id, timing, *notary});
  rt::state(self).notary = std::move(notary);
  return {
      [self](const messages::Start&) {
        advance<Perform>(self, election::Input{election::Restored{
                                   records_of(self, storage::Table::election)}});
      },
      [self](const messages::TimerDue& due) {
        advance<Perform>(self, election::Input{election::TimerFired{due.timer}});
      },
      [self](const messages::PeerChanged& changed) {
        auto& shell = rt::state(self);
        std::erase(shell.peers, changed.peer);
        if (changed.up) shell.peers.push_back(changed.peer);
        std::erase_if(shell.routes,
                      [&](const auto& route) { return route.second == changed.peer; });
      },
      [self](const messages::ElectionHeard& heard) {
        // The route first: the answer is among the effects of this very step. Words may outlive
        // their connection; then they open none.
        const auto& peers = rt::state(self).peers;
        auto& routes = rt::state(self).routes;
        const MemberIndex speaker = speaker_of(heard.message);
        const auto before = routes;
        if (std::find(peers.begin(), peers.end(), heard.from) != peers.end()) {
          routes[speaker] = heard.from;
        }
        if (!advance<Perform>(self, election::Input{election::Received{heard.message}})) {
          rt::state(self).routes = before;
        }
      },
      [self](const messages::ElectionAdvice& advice) { std::visit(Advise{self}, advice.advice); },
  };
}

}  // namespace

messages::ElectionActor spawn_election(caf::actor_system& system, const Wiring& node,
                                       std::uint32_t network_id, const consensus::Timing& timing,
                                       std::shared_ptr<const Notary> notary) {
  return system.spawn(election_participant, node, network_id, timing, std::move(notary));
}

}  // namespace quorate::actors
