/** Short names for the wire types. The shapes come from the API description, never from here. */
import type { components } from './api';

type Schemas = components['schemas'];

export type PublicConversation = Schemas['PublicConversation'];
export type PublicTurn = Schemas['PublicTurn'];
export type CallbackSlot = Schemas['CallbackSlot'];
export type CustomerRef = Schemas['CustomerRef'];
export type DeskView = Schemas['DeskView'];
export type OfferCard = Schemas['OfferCard'];
export type WorkCard = Schemas['WorkCard'];
export type HumanView = Schemas['HumanView'];
export type EscalationView = Schemas['EscalationView'];
export type Turn = Schemas['Turn'];
export type Package = Schemas['Package'];
export type NextStep = Schemas['NextStep'];
export type Claim = Schemas['Claim'];
export type MoodArc = Schemas['MoodArc'];
export type Attempt = Schemas['Attempt'];
export type Evidence = Schemas['Evidence'];
export type Verdict = Schemas['Verdict'];
export type TransferTarget = Schemas['TransferTarget'];
export type DeclineReason = Schemas['DeclineReason'];
export type Willing = Schemas['Willing'];
export type Trigger = Schemas['Trigger'];
export type Urgency = Schemas['Urgency'];
export type Tier = Schemas['Tier'];
export type BoardView = Schemas['BoardView'];
export type QueueLane = Schemas['QueueLane'];
export type WaitingDot = Schemas['WaitingDot'];
export type PersonBar = Schemas['PersonBar'];
export type AttentionItem = Schemas['AttentionItem'];
export type Balance = Schemas['Balance'];
export type ReasonCount = Schemas['ReasonCount'];
export type InsightsView = Schemas['InsightsView'];
export type Metric = Schemas['Metric'];
export type Policy = Schemas['Policy'];
export type Article = Schemas['Article'];
export type Money = Schemas['Money'];
export type Order = Schemas['Sourced_Order']['value'];
/** Who is signed in. */
export type Me = Schemas['Me'];
