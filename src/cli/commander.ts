/**
 * What the commands use of commander, loaded as `require` does: as an import, Node first looks through its text for the names that it exports, which takes as
 * long as loading it.
 */
import type * as Commander from 'commander';
import { requirePackage } from '../record/lazy-module.ts';

const commander = requirePackage('commander') as typeof Commander;

export type Command = Commander.Command;
export type Help = Commander.Help;
export type Option = Commander.Option;

export const Command: typeof Commander.Command = commander.Command;
export const CommanderError: typeof Commander.CommanderError = commander.CommanderError;
export const InvalidArgumentError: typeof Commander.InvalidArgumentError = commander.InvalidArgumentError;
export const Option: typeof Commander.Option = commander.Option;
