import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { filter } from 'rxjs';
import { WechatAuthEvents, type WechatAuthEvent } from '../../../src/index.js';
import { AuditEntry } from './audit-entry.entity.js';

@Injectable()
export class AuditLog implements OnModuleInit {
  private readonly logger = new Logger('AuditLog');

  constructor(
    private readonly events: WechatAuthEvents,
    @InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>,
  ) {}

  onModuleInit(): void {
    this.events.pipe(filter(isWorthARow)).subscribe((event) => {
      this.store(event).catch((error: unknown) => {
        this.logger.error(error);
      });
    });
  }

  private async store({ at, type, ...details }: WechatAuthEvent): Promise<void> {
    await this.entries.insert({ at, type, details });
  }
}

/** Anybody can send requests with no session or an invented one: they must not fill the table. */
const isWorthARow = (event: WechatAuthEvent): boolean =>
  event.type !== 'session-refused' || event.sessionId !== undefined;
