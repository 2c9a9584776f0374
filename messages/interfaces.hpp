// The map of a node: what every role hears and answers. Typed, so that a message to a role that
// does not hear it is a compile error. Roles reach each other through these handles and nothing
// else.
#pragma once

#include "messages/caf_layer.hpp"
#include "messages/type_ids.hpp"

namespace quorate::messages {

/// Follows Bitcoin (the real one or the scripted one) and speaks to it for the node's wallets.
using BurnchainFollowerActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<PeerChanged>, rt::tell<BurnHeard>,
                  rt::tell<BitcoinSubmission>, rt::tell<CoinsQuestion>>;

/// Keeps the chains: judges blocks, executes them, knows accounts, terms, sets and what is final.
using ChainKeeperActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<PeerChanged>, rt::tell<ChainHeard>,
                  rt::tell<KeeperQuestion>, rt::tell<BurnBlockArrived>>;

/// Spreads transactions that wait for a block.
using MempoolActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<PeerChanged>,
                  rt::tell<TransactionsHeard>, rt::tell<KeeperAnswer>,
                  rt::tell<TransactionOffer>>;

/// The replica of one Stacker DB family, all generations.
using ReplicaPeerActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<PeerChanged>,
                  rt::tell<ReplicaHeard>, rt::tell<ChunkWrite>, rt::tell<ChainNews>,
                  rt::tell<SlotQuestion>, rt::tell<CommitDue>>;

/// Speaks for the clients of this node's replicas: hears their answers, and every chunk that a slot
/// holds anew.
using SlotDeskActor =
    rt::Interface<rt::tell<Start>, rt::tell<SlotAnswer>, rt::tell<ChunkHeld>>;

/// A member of the producer set.
using ProducerActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<ChainNews>, rt::tell<KeeperAnswer>,
                  rt::tell<ChunkHeld>, rt::tell<ChunkWriteRefused>, rt::tell<LeaderNews>,
                  rt::tell<EpochNews>, rt::tell<SignAnnouncement>>;

/// Votes for leaders on behalf of the producer.
using ElectionActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<PeerChanged>,
                  rt::tell<ElectionHeard>, rt::tell<ElectionAdvice>>;

/// A member of the stackers.
using StackerSignerActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<ChainNews>, rt::tell<KeeperAnswer>,
                  rt::tell<ChunkHeld>, rt::tell<ChunkWriteRefused>>;

/// Writes announcements to Bitcoin.
using AnnouncerActor =
    rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<ChainNews>,
                  rt::tell<AnnouncementSigned>, rt::tell<LeadershipChanged>,
                  rt::tell<CoinsAnswer>>;

/// The Bitcoin wallet of a producer: VRF registration and enrollments.
using EnrollerActor = rt::Interface<rt::tell<Start>, rt::tell<TimerDue>, rt::tell<ChainNews>,
                                    rt::tell<CoinsAnswer>>;

/// Speaks for the node's clients: hands in transactions and hears what became of them.
using GatewayActor = rt::Interface<rt::tell<Start>, rt::tell<TransactionOutcome>>;

/// One remote node: decodes what it sends and passes it to the roles.
using PeerActor = rt::Interface<rt::tell<Start>, rt::tell<FrameArrived>>;

}  // namespace quorate::messages
