import { createSecretKey } from 'node:crypto';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { loginAxios, loginUndici } from './bare-login.js';
import { CarefulController, NestDocsController } from './jwt-guards.js';
import { micro, strictVerify } from './micro.js';
import { EmptyController, OpenController } from './open.js';
import { ours } from './ours.js';
import { PassportController, strategies } from './passport.js';
import { PlainUser } from './plain-user.entity.js';
import {
  bareStatement,
  findThenSave,
  preparedStatement,
  typeormUpsert,
  upsertOurs,
} from './stored-logins.js';
import { server, type Setup, type Subject } from './subject.js';

const typeorm = ({ databaseUrl: url }: Setup) =>
  TypeOrmModule.forRoot({ type: 'postgres', url, entities: [PlainUser] });

/** How each is started. */
export const subjects = {
  open: server(() => ({ controllers: [OpenController] })),
  empty: server(() => ({ controllers: [EmptyController] })),
  nestDocs: server(({ jwtSecret: secret }) => ({
    imports: [JwtModule.register({ secret, signOptions: { expiresIn: '2h' } })],
    controllers: [NestDocsController],
  })),
  careful: server((setup) => ({
    imports: [
      typeorm(setup),
      JwtModule.register({
        secret: createSecretKey(Buffer.from(setup.jwtSecret)),
        verifyOptions: { algorithms: ['HS256'] },
      }),
    ],
    controllers: [CarefulController],
  })),
  passport: server((setup) => ({
    imports: [typeorm(setup), PassportModule],
    controllers: [PassportController],
    providers: strategies(setup.jwtSecret),
  })),
  ours: server(ours),
  loginAxios,
  loginUndici,
  findThenSave,
  typeormUpsert,
  bareStatement,
  preparedStatement,
  upsertOurs,
  micro,
  strictVerify,
} satisfies Record<string, (setup: Setup) => Promise<Subject>>;

export type SubjectName = keyof typeof subjects;
